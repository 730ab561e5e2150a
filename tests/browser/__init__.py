"""The built inbox in a real browser, against a real relay and a coach at the SDK."""
