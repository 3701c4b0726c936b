"""Migrator: runs Piccolo's migrations on one database while others are being served. Prints nothing."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import cached_property
from itertools import takewhile
from operator import attrgetter
from typing import Any, cast

from piccolo.conf.apps import AppConfig
from piccolo.engine.base import Engine

from central.errors import CentralError
from central.migrations.level import SchemaLevel, ServedLevels
from central.migrations.names import MigrationName
from central.migrations.order import in_order, names_in_order
from central.migrations.plans import MigrationPlan, PlanShelf
from central.migrations.recorded import MigrationsUnknown, migration_table, unrun
from piccolo_engines.limits import without_limit
from piccolo_engines.routed import RoutedEngine

__all__ = ["MigrationFailed", "Migrator"]

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
        self._apps = in_order(apps)
        self._shelf = PlanShelf(self._apps, slot)
        self._slot = slot
        self._seeds = seeds
        self._rows = migration_table(slot)

    @cached_property
    def level(self) -> SchemaLevel:
        """The level of a database that has all migrations and seeds. Imports no migration."""
        return SchemaLevel.of(self._names, self._seeds)

    def served(self, release: str) -> ServedLevels:
        """Return the levels that code of this release serves. Imports no migration."""
        return ServedLevels(self.level, self._names, release)

    @property
    def is_script(self) -> bool:
        """Whether the migrations are nothing but DDL, so that all databases begin with the same tables."""
        return all(plan.is_script for plan in self._shelf.plans)

    def has_seeds(self, level: str) -> bool:
        """Whether a database at ``level`` has the seeds of this version, whatever its migrations."""
        known = SchemaLevel.parse(level)
        return known is not None and known.seeds == self.level.seeds

    def preload(self) -> int:
        """Import and prepare every migration now, so that nothing is compiled while requests are served.

        Returns the number of migrations. Raises :class:`~central.migrations.plans.MigrationInvalid` at the
        first invalid one.
        """
        return len(self._shelf.plans)

    async def pending(self, engine: Engine[Any]) -> list[MigrationName]:
        """Return the migrations that :meth:`migrate` would run on this database.

        Raises :class:`~central.migrations.recorded.MigrationsUnknown` as :meth:`migrate` does.
        """
        with self._slot.bind(engine):
            return await self._unrun()

    async def changes_contents(self, engine: Engine[Any]) -> bool:
        """Whether what :meth:`migrate` would run on this database changes rows, or removes something.

        Raises as :meth:`pending`.
        """
        pending = {name: name.not_needed_from for name in await self.pending(engine)}
        plans = [plan for plan in self._shelf.plans if plan.name in pending]
        return any(pending.values()) or not all(plan.is_script for plan in plans)

    async def create(self, engine: Engine[Any], *, only: Collection[MigrationName] | None = None) -> None:
        """Run all migrations on an empty database that nobody else uses, in as few round trips as possible.

        The tables are created as by :meth:`migrate`. Migrations that are nothing but DDL are sent together
        and recorded by one statement. Where the database cannot roll back DDL, a database on which this was
        interrupted has to be dropped.

        Raises :class:`MigrationFailed` with the first migration of those that were sent together.

        :param only: the migrations of an earlier version, whose database it becomes; all of them by default.
            Raises :class:`~central.migrations.recorded.MigrationsUnknown` for one that this version lacks.
        """
        plans = self._shelf.plans if only is None else self._plans_of(only)
        together = tuple(takewhile(attrgetter("is_script"), plans))
        with self._slot.bind(engine), without_limit():
            try:
                async with self._slot.transaction():
                    await self._create(together)
            except Exception as error:
                raise MigrationFailed(self._shelf.plans[0].name) from error
            for plan in plans[len(together) :]:
                await self._run(plan)

    def _plans_of(self, names: Collection[MigrationName]) -> Sequence[MigrationPlan]:
        apps = {app.app_name for app in self._apps}
        if unknown := {one for one in names if one.app in apps}.difference(self._names):
            raise MigrationsUnknown(sorted(unknown, key=attrgetter("app", "id")), ())
        return [plan for plan in self._shelf.plans if plan.name in names]

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

        Raises :class:`MigrationFailed`, with the reason as its cause, and before anything is run
        :class:`~central.migrations.recorded.MigrationsUnknown`.
        """
        ran: list[MigrationName] = []
        with self._slot.bind(engine), without_limit():
            if unrun := set(await self._unrun()):
                await self._rows.create_table(if_not_exists=True)
            for plan in self._shelf.plans if unrun else ():
                if plan.name in unrun and await self._run(plan):
                    ran.append(plan.name)
                    if progress is not None:
                        progress(plan.name)
        return ran

    @cached_property
    def _names(self) -> tuple[MigrationName, ...]:
        return names_in_order(self._apps)

    async def _unrun(self) -> list[MigrationName]:
        return await unrun(self._rows, self._names, (app.app_name for app in self._apps))

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
