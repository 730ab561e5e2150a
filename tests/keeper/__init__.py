"""Tests of the keeper: its ring, its ticks under crashes, what it opens and what it refuses."""
