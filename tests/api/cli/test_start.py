"""A command imports what it uses: the start of the others is not waited for."""

import subprocess
import sys
from pathlib import Path

import pytest
import rich_click as click
from click.testing import CliRunner

from api.cli import main
from api.cli.later import Later
from api.version import VERSION
from tests.support.processes import environment

SERVING = {
    "litestar",
    "uvicorn",
    "api.composition",
    "api.app",
    "tenant_schema.records",
    "piccolo_admin",
    "asyncpg",
}
MIGRATING = {"blib2to3", "piccolo.apps.migrations.auto.migration_manager"}
METADATA = {"importlib.metadata"}
"""Finds the version, with all of the standard library that reads mails and archives."""
DATABASES = {"piccolo", "cryptography", "asyncmy", "central.tables"}

LISTED = """
import sys
from api.cli import main
try:
    main(sys.argv[1:])
finally:
    print("imported:", *sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--help"], SERVING | MIGRATING | DATABASES),
        (["tenants", "--help"], SERVING | MIGRATING),
        (["tenants", "list"], SERVING | MIGRATING | METADATA),
        (["operators", "list"], SERVING | MIGRATING | METADATA),
        (["migrate"], SERVING - {"tenant_schema.records"} | {"tenant_schema.records.service", "blib2to3"}),
    ],
)
def test_simple_commands_start_without_what_serves(
    environ: dict[str, str], folder: Path, arguments: list[str], forbidden: set[str]
) -> None:
    command = [sys.executable, "-c", LISTED, *arguments]
    done = subprocess.run(
        command, env=environment(environ), cwd=folder, capture_output=True, text=True, check=True, timeout=120
    )
    imported = done.stderr.partition("imported:")[2].split()
    assert len(imported) > 50
    assert forbidden.isdisjoint(imported)


def test_lists_of_commands_say_what_the_commands_say() -> None:
    def commands(group: click.Group) -> list[tuple[click.Command, click.Command]]:
        here = [(one, one.load()) for one in group.commands.values() if isinstance(one, Later)]
        return here + [pair for _, real in here if isinstance(real, click.Group) for pair in commands(real)]

    stands_for = dict(commands(main))
    assert len(stands_for) > 15
    for one, real in stands_for.items():
        assert (one.name, one.get_short_help_str(200)) == (real.name, real.get_short_help_str(200))


def test_the_version_is_shown() -> None:
    done = CliRunner().invoke(main, ["--version"])
    assert (done.exit_code, done.output) == (0, f"freehold, version {VERSION}\n")
