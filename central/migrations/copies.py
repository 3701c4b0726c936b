"""DatabaseCopies: what the first new database of a server became is created again in the ones after it."""

from typing import Any

from piccolo.engine.base import Engine

from central.migrations.migrator import Migrator
from piccolo_engines.closable import ClosableEngine
from piccolo_engines.errors import DatabaseError
from piccolo_engines.limits import without_limit

__all__ = ["DatabaseCopies"]


class DatabaseCopies:
    """Creates the tables of new databases: by migrations, or as a copy of one that was just created by them.

    A copy has been described by its server, and is kept in memory. It is that of one version of Freehold,
    since a process has one. Where migrations execute functions, nothing is copied: what these do may depend
    on the tenant or be a secret.

    :param migrator: runs the migrations.
    """

    def __init__(self, migrator: Migrator) -> None:
        self._migrator = migrator
        self._kept: dict[str, Any] = {}

    async def create(self, server: str, engine: Engine[Any]) -> bool:
        """Create the tables in an empty database of the server. Returns whether they have their rows, too.

        An error is not repeated: the next database is created by migrations. Raises ``MigrationFailed`` and
        ``DatabaseError``.
        """
        if (copy := self._kept.get(server)) is not None and isinstance(engine, ClosableEngine):
            try:
                with without_limit():
                    if await engine.write_copy(copy):
                        return True
            except DatabaseError:
                self._kept.pop(server, None)
                raise
            self._kept.pop(server, None)  # the server has another version now
        await self._migrator.create(engine)
        return False

    async def keep(self, server: str, engine: Engine[Any]) -> None:
        """Keep a copy of a database that has its tables and rows, and that nobody has used yet."""
        is_wanted = server not in self._kept and self._migrator.is_script
        if is_wanted and isinstance(engine, ClosableEngine):
            copy = await engine.read_copy()
            if copy is not None:
                self._kept[server] = copy
