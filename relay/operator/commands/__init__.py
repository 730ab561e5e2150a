"""The operator's commands, by what they look after: names, options and exit codes. They do no work."""
