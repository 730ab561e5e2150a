"""Frozen vectors of every format; README.md describes them."""
