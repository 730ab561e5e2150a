"""What must hold whatever people, operators and clocks do: random stories through the real flows."""
