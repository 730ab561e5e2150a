"""The operator's commands, with a relay running and without: results, sentences, exit codes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from keys.encoding import from_base64url, to_base64url
from keys.invitation import invitation_keys, open_coach_invitation, parse_link
from relay.service.keyfiles import read_key_files
from tests.migrations.test_migrations import newest
from tests.service.coach import Coach
from tests.service.programs import DAY_SECONDS, Relay, eventually


def test_init_makes_a_private_folder(relay: Relay) -> None:
    """Secrets, keeper and settings are for the owner alone, and each setting's line is explained."""
    for path in (relay.folder, relay.folder / "secrets", relay.folder / "keeper"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        for file in filter(Path.is_file, path.iterdir()):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = [line for line in relay.config.read_text().splitlines() if "=" in line and line[0] != "#"]
    assert all("# " in line for line in lines[:-1])


def test_init_writes_over_nothing(relay: Relay) -> None:
    """A second `init` in the same folder is refused and changes nothing."""
    before = {path: path.read_bytes() for path in relay.folder.rglob("*") if path.is_file()}
    refused = relay.command("init", "--local", str(relay.folder), config=False, code=1)
    assert "nothing was changed" in refused.stderr
    assert {path: path.read_bytes() for path in relay.folder.rglob("*") if path.is_file()} == before


def test_init_for_a_server(tmp_path: Path) -> None:
    """With a domain the origin is https and mail comes in at port 25; the settings can be used."""
    relay = Relay(tmp_path / "house")
    relay.command("init", "--domain", "inbox.harrow.example", str(relay.folder), config=False)
    relay.command("config", "check")
    shown = relay.command("config", "show").stdout
    assert 'origin = "https://inbox.harrow.example"  # file' in shown
    assert 'listen = "0.0.0.0:25"  # file' in shown


def test_init_needs_a_choice(tmp_path: Path) -> None:
    """Neither a domain nor `--local` is a mistake of usage: exit 2."""
    Relay(tmp_path).command("init", str(tmp_path / "house"), config=False, code=2)
    assert not (tmp_path / "house").exists()


@pytest.mark.parametrize("running", [False, True])
def test_a_coach_s_link(relay: Relay, running: bool) -> None:
    """Standard output has the link alone; it opens a box with the name and this relay's keys."""
    if running:
        relay.start()
    done = relay.command("coach", "invite", "Anna  Harrow")
    link = parse_link(done.stdout.strip())
    if not running:
        relay.start()
    keys = invitation_keys(link.secret)
    status, found = relay.call("GET", f"/v1/invitations/{to_base64url(keys.invite_id)}")
    assert (status, found["kind"]) == (200, 2)
    invitation = open_coach_invitation(keys, from_base64url(found["box"]), found["expires_at"])
    assert invitation.shown == {"relay_name": "Quietbox", "coach_name": "Anna Harrow"}
    assert invitation.pins == read_key_files(relay.folder / "secrets").pins


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "Anna\x07"])
def test_a_coach_needs_a_name(relay: Relay, name: str) -> None:
    """A name that cannot be shown is a mistake of usage, and nothing is stored."""
    assert relay.command("coach", "invite", name, code=2).stdout == ""


def test_status(relay: Relay) -> None:
    """`status --json` has the documented fields, with a relay and without."""
    for start in (False, True):
        if start:
            relay.start()
        found = relay.status()
        assert {"envelopes", "blobs", "due", "overdue", "last_sweep_at", "keeper"} <= found.keys()
        assert found["keeper"] == ("here" if start else "away")
    assert "keeper      here" in relay.command("status").stdout


def test_expire(coach: Coach) -> None:
    """Due and overdue are counted, overdue exits 1, and `run` takes it away, without a relay too."""
    relay = coach.relay
    assert coach.deposit(coach.now + 3_600) == 201
    relay.stop()
    assert relay.command("expire", "due").stdout == "0\n"
    assert relay.command("expire", "run").stderr == "0 envelopes and 0 blobs expired.\n"
    relay.move_clock(DAY_SECONDS)
    assert int(relay.command("expire", "due").stdout) >= 1
    assert int(relay.command("expire", "overdue", code=1).stdout) >= 1
    assert relay.command("expire", "run").stderr == "1 envelopes and 0 blobs expired.\n"
    assert relay.command("expire", "overdue").stdout == "0\n"
    relay.start()
    assert relay.command("expire", "run").stderr == "0 envelopes and 0 blobs expired.\n"


def test_mistakes_in_the_settings_are_told_at_once(relay: Relay) -> None:
    """Each mistake on a line with the nearest name, exit 1, for every command that needs the settings."""
    text = relay.config.read_text().replace("sweep_seconds = 20", "sweep_second = 20")
    relay.config.write_text(text.replace('name = "Quietbox"', "name = 5"))
    for words in (("config", "check"), ("serve",), ("keeper",), ("status",)):
        told = relay.command(*words, code=1).stderr
        assert "did you mean sweep_seconds?" in told
        assert "relay.name" in told
        assert "Traceback" not in told


def test_settings_are_explained(relay: Relay) -> None:
    """`config explain` gives meaning, default, and where the value in force comes from; an unknown key the
    nearest.
    """
    told = relay.command("config", "explain", "limits.sweep_seconds").stdout
    assert "default: 20" in told
    assert "RELAY_LIMITS__SWEEP_SECONDS" in told
    assert "in force: 20 (from file)" in told
    assert "limits.sweep_seconds" in relay.command("config", "explain", "limits.sweep", code=2).stderr


def test_no_settings_at_all(tmp_path: Path) -> None:
    """A file that is not there is said in a sentence."""
    told = Relay(tmp_path).command("status", code=1).stderr
    assert "relay.toml" in told
    assert "Traceback" not in told


def test_clock_accept(relay: Relay) -> None:
    """The operator's word is taken, and the keeper is told now or when it is back."""
    assert "told when it is back" in relay.command("clock", "accept").stderr
    relay.start()
    eventually(lambda: relay.events("keeper.ticked"))
    assert "told when" not in relay.command("clock", "accept").stderr


def test_migrate_may_be_repeated(relay: Relay) -> None:
    """With a database and without one, with a relay and without one."""
    relay.command("migrate")
    relay.command("migrate")
    relay.start()
    relay.command("migrate")


def test_doctor(relay: Relay) -> None:
    """With all well there are only warnings (exit 3); what is wrong is named with what to do (exit 1)."""
    relay.start()
    eventually(lambda: relay.health()["keeper"] == "here")
    found = [json.loads(line) for line in relay.command("doctor", "--json", code=3).stdout.splitlines()]
    assert {one["state"] for one in found} == {"ok", "warning"}
    groups = {"config", "data", "promises", "clock", "keepers", "backup", "records", "web"}
    groups |= {"mail in", "mail out"}
    assert groups == {one["group"] for one in found}
    (relay.folder / "secrets").chmod(0o755)
    told = relay.command("doctor", code=1).stdout
    assert f"chmod 700 {relay.folder / 'secrets'}" in told
    relay.stop()
    assert "keeper: away" in relay.command("doctor", code=1).stdout


def test_backups(relay: Relay) -> None:
    """Made, listed and verified with a relay and without; without one to make, or a tail, it says so."""
    relay.command("backup", "create", code=6)
    for start in (True, False):
        relay.start() if start else relay.stop()
        made = relay.command("backup", "create").stdout.strip()
        told = json.loads(relay.command("backup", "verify", made, "--json").stdout)
        assert (told["file"], told["schema"]) == (made, newest())
        assert told["rows"] >= 1
    listed = [json.loads(line) for line in relay.command("backup", "list", "--json").stdout.splitlines()]
    assert len(listed) == 2
    assert not any(one["past_tail"] for one in listed)
    relay.move_clock(15 * DAY_SECONDS)
    assert relay.status()["backups_past_tail"] == 2
    assert "relay backup prune" in relay.command("doctor", code=1).stdout
    assert relay.command("backup", "prune").stderr == "2 backups removed.\n"
    assert relay.command("backup", "list").stdout == ""
    elsewhere = relay.folder.parent / "elsewhere"
    made = relay.command("backup", "create", "--to", str(elsewhere)).stdout.strip()
    assert Path(made).parent == elsewhere
    relay.command("backup", "verify", str(relay.config), code=1)
    relay.command("backup", "verify", str(elsewhere / "none"), code=6)
    relay.config.write_text(relay.config.read_text() + "[backup]\ntail_days = 0\n")
    assert "keeps no backups" in relay.command("backup", "create", code=5).stderr


def test_a_folder_of_an_older_release_gets_its_key(relay: Relay) -> None:
    """The first backup draws it, and says that a copy belongs in another place."""
    relay.start()
    (relay.folder / "secrets" / "backup").unlink()
    assert "Keep a copy of" in relay.command("backup", "create").stderr
    assert (relay.folder / "secrets" / "backup").stat().st_mode & 0o777 == 0o600
    assert "Keep a copy of" not in relay.command("backup", "create").stderr
    assert relay.command("restore", "nothing.qbk", code=1).stderr.startswith("A relay or a command")


def test_doctor_with_settings_that_cannot_be_used(relay: Relay) -> None:
    """It says which, and stops there."""
    relay.config.write_text("[relay]\n")
    found = [json.loads(line) for line in relay.command("doctor", "--json", code=1).stdout.splitlines()]
    assert {one["check"] for one in found} == {"settings"}


@pytest.mark.parametrize("words", [("serve", "--only", "web"), ("nothing",), ("expire", "now")])
def test_usage(relay: Relay, words: tuple[str, ...]) -> None:
    """What the command line does not know is exit 2."""
    relay.command(*words, code=2)


def test_time_is_the_relay_s(relay: Relay) -> None:
    """An invitation's end is counted on the moved clock."""
    relay.move_clock(100 * DAY_SECONDS)
    relay.start()
    link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
    invite_id = to_base64url(invitation_keys(parse_link(link).secret).invite_id)
    _, found = relay.call("GET", f"/v1/invitations/{invite_id}")
    assert 0 <= relay.now() + 14 * DAY_SECONDS - found["expires_at"] < 600
