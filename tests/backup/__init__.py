"""Backups, the ledger and restores: what was promised to be gone does not come back."""
