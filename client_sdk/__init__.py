"""The SDK: what a coach's or a client's own program uses. It never meets the relay's code."""
