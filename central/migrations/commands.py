"""``piccolo central check`` and ``piccolo central forwards``: the migrations of the central database.

Piccolo's own ``piccolo migrations`` needs a default database. Here every database is bound where it is used,
and there is no default.
"""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from piccolo.conf.apps import AppConfig
from piccolo.engine import engine_finder

from central.errors import CentralError
from central.migrations.migrator import Migrator
from central.servers.installed import central_engine_of
from central.settings.settings import Settings, read_env_file
from piccolo_engines.errors import DatabaseError
from piccolo_engines.routed import RoutedEngine

__all__ = ["commands_of"]


def commands_of(app: AppConfig) -> list[Callable[[], Awaitable[None]]]:
    """Return the commands for the migrations of the central database's app."""

    async def check() -> None:
        """List the migrations of the central database that have not run; exit status 1 if there are any."""
        await _migrations(app, run=False)

    async def forwards() -> None:
        """Run the migrations that have not run. `freehold migrate` runs those of the tenants as well."""
        await _migrations(app, run=True)

    return [check, forwards]


async def _migrations(app: AppConfig, *, run: bool) -> None:
    try:
        settings = Settings.from_env(read_env_file(Path(".env")))
        engine = central_engine_of(settings)
    except CentralError as error:
        sys.exit(str(error))
    slot = engine_finder()  # the project's, which is read after this module
    assert isinstance(slot, RoutedEngine)
    migrator = Migrator([app], slot)
    try:
        names = await (migrator.migrate(engine) if run else migrator.pending(engine))
    except (CentralError, DatabaseError) as error:
        sys.exit(str(error))
    finally:
        await engine.close()
    for name in names:
        sys.stdout.write(f"{'ran' if run else 'pending'}: {name.app} {name.id}\n")
    if not names:
        sys.stdout.write("The central database is up to date.\n")
    elif not run:
        sys.exit(1)
