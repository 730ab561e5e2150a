"""Notify: what the relay tells people, without content. Owns wake-ups and its own outgoing mail."""
