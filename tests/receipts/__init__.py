"""Receipts, checked by a program that imports nothing of ours."""
