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
    "smtp.domain": '"relay.example"',
    "smtp.hostname": '"mx.relay.example"',
    "smtp.tls_cert": '"tls/chain.pem"',
    "smtp.tls_key": '"tls/key.pem"',
    "mail.host": '"smtp.provider.example"',
    "mail.username": '"relay"',
    "mail.password": '""',
    "mail.from_address": '"notice@relay.example"',
    "clock.offset_file": '"offset"',
}


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
    return text


if __name__ == "__main__":
    EXAMPLE.write_text(render(), encoding="utf-8")
