"""The expiry keeper: holds one seed for each day ahead and destroys it when the day is over. Its own process
and files.

Sees locks and pseudonymous access keys, never an envelope, a name or a mailbox. Imports `keys`, the errors
and the clock of the relay, and nothing of its store or doors.
"""
