"""Migrator: runs Piccolo's migrations on one database while others are being served. Prints nothing."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import cached_property
from hashlib import sha256
from itertools import takewhile
from operator import attrgetter
from typing import Any, cast

from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import AppConfig
from piccolo.engine.base import Engine
from piccolo.table import create_table_class

from central.errors import CentralError
from central.migrations.plans import MigrationName, MigrationPlan, PlanShelf
from piccolo_engines.limits import without_limit
from piccolo_engines.routed import RoutedEngine

__all__ = ["MigrationFailed", "MigrationsUnknown", "Migrator"]

_Progress = Callable[[MigrationName], None]


class MigrationFailed(CentralError):
    """A migration failed. Earlier ones are kept.

    The failed one is rolled back where the database can roll back DDL.
    """

    code = "migration-failed"

    def __init__(self, name: MigrationName) -> None:
        self.app = name.app
        self.migration = name.id
        super().__init__(f"The migration {name.id} of the app {name.app!r} failed.")


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


class Migrator:
    """Runs the migrations of Piccolo apps on any number of databases, also concurrently.

    ::

        migrator = Migrator([users.APP_CONFIG, objects.APP_CONFIG], piccolo_conf.DB)
        migrator.preload()
        await migrator.migrate(engine)

    Finished migrations are recorded in Piccolo's own ``migration`` table, so that ``piccolo migrations
    check`` agrees. Each migration and its row are one transaction, where the database can roll back DDL. A
    migration that another process is running is waited for and not run twice.

    :param apps: in any order; their dependencies are included.
    :param slot: where the apps' tables find their database; it is bound to an engine while that is being
        migrated.
    :param seeds: identifies what the caller adds to a database after its migrations; part of :attr:`level`.
    """

    def __init__(self, apps: Sequence[AppConfig], slot: RoutedEngine, *, seeds: str = "") -> None:
        self._shelf = PlanShelf(apps, slot)
        self._slot = slot
        self._seeds = seeds
        self._rows = _migration_table(slot)

    @cached_property
    def level(self) -> str:
        """Identifies the migrations and seeds, in 64 characters: two databases at this level need nothing.

        Reads the names of the migrations' files, and imports none.
        """
        names = "\n".join((*self._shelf.file_names(), self._seeds))
        return sha256(names.encode()).hexdigest()

    def preload(self) -> int:
        """Import and prepare every migration now, so that nothing is compiled while requests are served.

        Returns the number of migrations. Raises :class:`~central.migrations.plans.MigrationInvalid` at the
        first invalid one.
        """
        return len(self._shelf.plans)

    async def pending(self, engine: Engine[Any]) -> list[MigrationName]:
        """Return the migrations that :meth:`migrate` would run on this database.

        Raises :class:`MigrationsUnknown` as :meth:`migrate` does.
        """
        with self._slot.bind(engine):
            return [plan.name for plan in await self._unrun()]

    async def create(self, engine: Engine[Any]) -> None:
        """Run all migrations on an empty database that nobody else uses, in as few round trips as possible.

        The tables are created as by :meth:`migrate`. Migrations that are nothing but DDL are sent together
        and recorded by one statement. Where the database cannot roll back DDL, a database on which this was
        interrupted has to be dropped.

        Raises :class:`MigrationFailed` with the first migration of those that were sent together.
        """
        plans = self._shelf.plans
        together = tuple(takewhile(attrgetter("is_script"), plans))
        with self._slot.bind(engine), without_limit():
            try:
                async with self._slot.transaction():
                    await self._create(together)
            except Exception as error:
                raise MigrationFailed(plans[0].name) from error
            for plan in plans[len(together) :]:
                await self._run(plan)

    async def _create(self, plans: Sequence[MigrationPlan]) -> None:
        """Create Piccolo's table, run the plans in one script, and record them."""
        dialect = self._slot.engine_type
        await self._slot.run_script(
            [*self._rows.create_table().ddl, *(ddl for plan in plans for ddl in plan.script(dialect))]
        )
        if plans:
            rows = [self._rows(name=plan.name.id, app_name=plan.name.app) for plan in plans]
            await self._rows.insert(*rows)

    async def migrate(self, engine: Engine[Any], *, progress: _Progress | None = None) -> list[MigrationName]:
        """Run the migrations that have not run yet and return their names.

        :param progress: called with the name of each finished migration.

        Raises :class:`MigrationFailed`, with the reason as its cause, and :class:`MigrationsUnknown` before
        anything is run.
        """
        ran: list[MigrationName] = []
        with self._slot.bind(engine), without_limit():
            await self._rows.create_table(if_not_exists=True)
            for plan in await self._unrun():
                if await self._run(plan):
                    ran.append(plan.name)
                    if progress is not None:
                        progress(plan.name)
        return ran

    async def _unrun(self) -> list[MigrationPlan]:
        if not await self._rows.table_exists():
            return list(self._shelf.plans)
        rows = await self._rows.select(self._rows.app_name, self._rows.name)
        ran = {MigrationName(row["app_name"], row["name"]) for row in rows}
        unrun = [plan for plan in self._shelf.plans if plan.name not in ran]
        if unrun and (unknown := ran.difference(plan.name for plan in self._shelf.plans)):
            apps = self._shelf.app_names
            if foreign := sorted((one for one in unknown if one.app in apps), key=attrgetter("app", "id")):
                raise MigrationsUnknown(foreign, [plan.name for plan in unrun])
        return unrun

    async def _run(self, plan: MigrationPlan) -> bool:
        """Run the plan and record it. Returns False when another process has run it."""
        try:
            async with self._transaction(plan):
                if await self._is_recorded(plan.name):
                    return False
                await plan.run()
                await self._rows.insert(self._rows(name=plan.name.id, app_name=plan.name.app))
        except Exception as error:
            raise MigrationFailed(plan.name) from error
        return True

    def _transaction(self, plan: MigrationPlan) -> AbstractAsyncContextManager[object]:
        if not plan.in_transaction:
            return nullcontext()
        return cast("AbstractAsyncContextManager[object]", self._slot.transaction())

    async def _is_recorded(self, name: MigrationName) -> bool:
        rows = self._rows
        return await rows.exists().where(rows.app_name == name.app, rows.name == name.id)


def _migration_table(slot: RoutedEngine) -> type[Migration]:
    """Return Piccolo's ``migration`` table with ``slot`` as its engine.

    Piccolo's own would look for ``piccolo_conf``.
    """
    columns = {column._meta.name: column for column in Migration._meta.non_default_columns}
    kwargs = {"tablename": Migration._meta.tablename, "db": slot}
    return cast(
        "type[Migration]", create_table_class("Migration", class_kwargs=kwargs, class_members=columns)
    )
