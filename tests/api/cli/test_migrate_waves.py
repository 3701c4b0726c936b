"""``freehold migrate --waves`` and ``freehold upgrades``; the command continues a killed upgrade."""

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from api.tenant_level import tenant_level
from tests.api.cli.conftest import Run, Told
from tests.api.cli.test_migrate_levels import OLDER, level_of, set_level
from tests.api.upgrades.fleet import add_tenants, execute
from tests.support.launcher import launcher
from tests.support.processes import FREEHOLD, PRELOADED, environment
from tests.support.waiting import until_sync

WAVES = ("--waves", "10%,100%", "--soak", "0")


def test_tenants_are_upgraded_in_waves_and_reported_line_by_line(call: Run, told: Told, folder: Path) -> None:
    set_level(folder, "acme", OLDER)
    set_level(folder, "demo", OLDER)
    lines = [json.loads(line) for line in call("migrate", "--canary", "demo", *WAVES).stdout.splitlines()]
    events = [(one["event"], one.get("name"), one.get("wave")) for one in lines if "event" in one]
    assert ("tenant", "demo", 1) in events
    assert ("tenant", "acme", 3) in events
    assert (lines[-1]["state"], lines[-1]["waves"], lines[-1]["tenants"]["done"]) == ("done", [1, 0, 1], 2)
    assert level_of(folder, "acme") == level_of(folder, "demo") == str(tenant_level())
    (listed,) = told("upgrades", "list")
    assert told("upgrades", "show", listed["job"])["state"] == "done"
    assert "is done" in call("upgrades", "pause", listed["job"], status=1).stderr


def test_with_nothing_to_do_it_ends(call: Run) -> None:
    assert "Upgraded: 0 tenants, in 2 waves." in call("migrate", "--text", *WAVES).stdout


def test_wrong_options_are_refused(call: Run) -> None:
    assert "is no share" in call("migrate", "--waves", "1", status=2).stderr
    assert "ascending" in call("migrate", "--waves", "10%,1%", status=2).stderr
    assert "without tenants" in call("migrate", "acme", *WAVES, status=2).stderr
    call("migrate", "--canary", "nobody", *WAVES, status=1)


def test_a_killed_upgrade_is_continued(folder: Path, environ: dict[str, str], told: Told) -> None:
    add_tenants(folder, 20)
    execute(folder / "central.sqlite", f"UPDATE tenant SET schema_level = '{OLDER}'")  # noqa: S608 # own text

    def done() -> int:
        with closing(sqlite3.connect(folder / "central.sqlite")) as central:
            (found,) = central.execute("SELECT COUNT(*) FROM upgrade_tenant WHERE state = 'done'").fetchone()
        return int(found)

    process = launcher(*PRELOADED).start(
        FREEHOLD,
        ["migrate", "--parallel", "2", *WAVES],
        folder=folder.parent,
        environ=environment(environ),
        out=folder / "first.log",
    )
    until_sync(lambda: done() >= 3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = done()
    assert 3 <= before < 22
    found = told("migrate", *WAVES)
    assert (found["state"], found["tenants"]["done"], found["failures"]) == ("done", 22, [])
    with closing(sqlite3.connect(folder / "central.sqlite")) as central:
        assert central.execute("SELECT COUNT(*) FROM upgrade").fetchone() == (1,)
        levels = {level for (level,) in central.execute("SELECT schema_level FROM tenant")}
    assert levels == {str(tenant_level())}
