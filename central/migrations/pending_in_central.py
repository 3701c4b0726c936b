"""Whether the central database is up to date, without importing its migrations."""

from pathlib import Path
from typing import Final

import central
from central.database import CENTRAL
from central.migrations.names import MigrationName, migration_names
from central.migrations.recorded import migration_table, unrun

__all__ = ["CENTRAL_APP", "CENTRAL_MIGRATIONS", "pending_in_central"]

CENTRAL_APP: Final = "central"
CENTRAL_MIGRATIONS: Final = Path(central.__file__).parent / "piccolo_migrations"


async def pending_in_central() -> list[MigrationName]:
    """Return the migrations that the bound central database lacks.

    Raises :class:`~central.migrations.recorded.MigrationsUnknown`.
    """
    names = migration_names(CENTRAL_APP, CENTRAL_MIGRATIONS)
    return await unrun(migration_table(CENTRAL), names, [CENTRAL_APP])
