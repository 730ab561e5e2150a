"""`python -m relay.smtp_door`: the template of the door's workers. Owns nothing; the relay starts it."""

from relay.smtp_door.template import run

run()
