"""The relay's settings: one TOML file, and environment variables of the same names (`RELAY_HTTP__LISTEN`).

Environment goes before file, file before default; paths are relative to the folder of the file. Unknown names
stop the start. `forms` holds the forms of values, `settings` the tables, `loading` reads, checks and
explains.
"""

from relay.config.forms import Listen
from relay.config.loading import ConfigError, Setting, described, load, read_table
from relay.config.settings import Limits, Settings

__all__ = ["ConfigError", "Limits", "Listen", "Setting", "Settings", "described", "load", "read_table"]
