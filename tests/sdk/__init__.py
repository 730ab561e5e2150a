"""Tests of the SDK: its pure parts by themselves, a relay that lies, and real programs end to end."""
