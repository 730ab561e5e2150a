"""The SMTP door: mail from personal addresses comes in here. Owns the dialogue; never reaches the store,
never keeps or logs what it carried."""

from relay.smtp_door.limits import Limits
from relay.smtp_door.server import Door

__all__ = ["Door", "Limits"]
