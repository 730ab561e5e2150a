"""Writes `config.example.toml` from the settings themselves: `python -m tests.unit.example_config`.

Owns the layout of that file. What a setting means stands in `relay/config/settings.py`.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from relay.config.loading import described, tables

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"
HEAD = """\
# Every setting of a relay. Two are needed; the rest, behind a #, shows its default, or an example where there
# is no default. Each may be given in the environment as well, which goes first: http.listen as
# RELAY_HTTP__LISTEN. Paths are relative to this file's folder. `relay config check` finds mistakes.
"""
EXAMPLES = {
    "relay.origin": '"https://relay.example"',
    "relay.mark": '"mark.png"',
    "relay.colour": '"#1f5a4c"',
    "objects.url": '"s3://quietbox/attachments"',
    "database.url": '"postgresql://relay@localhost/quietbox"',
    "smtp.domain": '"relay.example"',
    "smtp.listen_tls": '"127.0.0.1:8465"',
    "smtp.hostname": '"mx.relay.example"',
    "smtp.tls_cert": '"tls/chain.pem"',
    "smtp.tls_key": '"tls/key.pem"',
    "keeper.mirror": '"/mnt/second/keeper"',
    "keeper.ring_backups": '"/mnt/away/ring"',
    "keeper.ring_backup_key": '"ring-backup.pub"',
    "mail.host": '"smtp.provider.example"',
    "mail.username": '"relay"',
    "mail.password": '""',
    "mail.from_address": '"notice@relay.example"',
    "clock.offset_file": '"offset"',
}

FURTHER = """

# Keepers of other operators, at most two. Each envelope then carries a lock for those that its reader has
# pinned (mailbox setup LINK --keeper FINGERPRINT), and reading needs their shares too. Take none out that
# people have pinned. For each:
#
#     [[further_keepers]]
#     address = "keeper.second.example:8443"  # HOST:PORT, or the path of a Unix socket
#     key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"  # what its `relay keeper fingerprint` prints
"""


def render() -> str:
    """The whole file."""
    text = HEAD
    for table, model in tables().items():
        text += f"\n\n# {model.__doc__}\n[{table}]\n"
        for setting in described():
            if setting.table == table:
                text += "\n" + textwrap.fill(
                    setting.meaning, 100, initial_indent="# ", subsequent_indent="# "
                )
                value = setting.default or EXAMPLES[setting.name]
                text += f"\n{'' if setting.required else '# '}{setting.key} = {value}\n"
    return text + FURTHER


if __name__ == "__main__":
    EXAMPLE.write_text(render(), encoding="utf-8")
