"""The project's benchmark: ratios measured in one run against a named baseline. Never a test; tests assert
no times."""
