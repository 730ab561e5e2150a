"""Pure decisions of the relay: what may be taken, kept, shown, and for how long. Imports `keys` only; does
no I/O and reads no clock.
"""
