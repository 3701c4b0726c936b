"""The migrations that a database has recorded as run, and those that it lacks. Imports no migration."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import cast

from piccolo.apps.migrations.tables import Migration
from piccolo.table import create_table_class

from central.errors import CentralError
from central.migrations.names import MigrationName
from piccolo_engines.routed import RoutedEngine

__all__ = ["MigrationsUnknown", "migration_table", "unrun"]


class MigrationsUnknown(CentralError):
    """A database lacks migrations, and has others that this version does not have: it is another version's.

    A database that lacks none is not refused: while processes are replaced one after the other, those of the
    older version go on with a database that a newer one has migrated.
    """

    code = "migrations-unknown"

    def __init__(self, unknown: Sequence[MigrationName], pending: Sequence[MigrationName]) -> None:
        self.unknown = tuple(unknown)
        self.pending = tuple(pending)
        first = self.unknown[0]
        others = f" and {len(self.unknown) - 1} more" if len(self.unknown) > 1 else ""
        super().__init__(
            f"The database was created by another version: it has run the migration {first.id} of the app "
            f"{first.app!r}{others}, which this version does not have. Nothing was changed. Use the version "
            "that created it, or begin with an empty database (a local installation: `make clean-data`)."
        )


def migration_table(slot: RoutedEngine) -> type[Migration]:
    """Return Piccolo's ``migration`` table with ``slot`` as its engine.

    Piccolo's own would look for ``piccolo_conf``.
    """
    columns = {column._meta.name: column for column in Migration._meta.non_default_columns}
    kwargs = {"tablename": Migration._meta.tablename, "db": slot}
    return cast(
        "type[Migration]", create_table_class("Migration", class_kwargs=kwargs, class_members=columns)
    )


async def unrun(
    recorded: type[Migration], names: Sequence[MigrationName], apps: Iterable[str]
) -> list[MigrationName]:
    """Return those of ``names`` that the bound database has not recorded.

    :param recorded: the table of :func:`migration_table`.
    :param apps: the apps whose migrations are known. What others recorded is ignored.
    :raises MigrationsUnknown: the database lacks migrations, and has others of these apps.
    """
    if not await recorded.table_exists():
        return list(names)
    rows = await recorded.select(recorded.app_name, recorded.name)
    ran = {MigrationName(row["app_name"], row["name"]) for row in rows}
    lacking = [name for name in names if name not in ran]
    if lacking and (unknown := ran.difference(names)):
        known = set(apps)
        if foreign := sorted((one for one in unknown if one.app in known), key=attrgetter("app", "id")):
            raise MigrationsUnknown(foreign, lacking)
    return lacking
