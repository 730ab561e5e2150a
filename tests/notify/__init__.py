"""What the relay itself tells: wake-ups and outgoing mail."""
