"""The simulation: that it finds what is wrong, and finds nothing where nothing is."""
