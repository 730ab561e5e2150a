"""The SMTP listener as peers see it: dialogues, shapes of mail, real programs, faults, on whole relays."""
