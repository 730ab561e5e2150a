"""Pictures of every screen and state of the web inbox, and what can be judged of them by a machine."""
