"""What must hold of `keys`."""
