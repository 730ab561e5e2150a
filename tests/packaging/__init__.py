"""What is packaged, what it asks for, and what must never be in a tracked file."""
