"""One suite of promises for every body of the store, and what the file alone must keep."""
