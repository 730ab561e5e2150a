"""The decisions of relay.core, each by itself."""
