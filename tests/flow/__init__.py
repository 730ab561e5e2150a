"""Flows over real stores: decisions in order, with the clock held and nothing else pretended."""
