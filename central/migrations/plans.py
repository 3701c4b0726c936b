"""Piccolo's migration modules as plans, which are prepared once and run on any database.

Piccolo's own runner repeats this work for every database: it imports the modules by bare name from folders
that it adds to ``sys.path``, prints, and creates table classes that stay in its registry. A plan is prepared
at start-up, without a database, and shares no state between the databases that it runs on.
"""

import importlib.util
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import isawaitable
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeVar, cast

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.auto.schema_snapshot import SchemaSnapshot
from piccolo.columns.reference import LAZY_COLUMN_REFERENCES
from piccolo.conf.apps import AppConfig
from piccolo.engine.base import Engine
from piccolo.query.base import DDL
from piccolo.table import TABLE_REGISTRY, Table

from central.errors import CentralError
from central.migrations.names import MigrationName, migration_files
from central.migrations.order import in_order

__all__ = ["MigrationInvalid", "MigrationPlan", "PlanShelf", "private_tables", "without_waiting"]

_T = TypeVar("_T")


class MigrationInvalid(CentralError):
    """A migration module cannot be turned into a plan: an error of its author, detected at start-up."""

    code = "migration-invalid"

    def __init__(self, app: str, migration: str, reason: str) -> None:
        self.app = app
        self.migration = migration
        self.reason = reason
        super().__init__(f"The migration {migration} of the app {app!r} cannot be used: {reason}")


class _Runnable(Protocol):
    async def run(self) -> object: ...


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """What one migration does, in the order of Piccolo's runner: its raw functions, then its queries."""

    name: MigrationName
    functions: tuple[Callable[[], object], ...]
    queries: tuple[_Runnable, ...]
    in_transaction: bool
    _scripts: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_script(self) -> bool:
        """Whether the migration is nothing but DDL, so that it can be sent together with others."""
        return not self.functions and all(isinstance(query, DDL) for query in self.queries)

    def script(self, dialect: str) -> tuple[str, ...]:
        """Return the statements of a migration that is a script. They are built once for each dialect.

        :param dialect: the ``engine_type`` of the engine that is bound to the slot.
        """
        if dialect not in self._scripts:
            self._scripts[dialect] = tuple(
                statement for query in self.queries for statement in cast("DDL", query).ddl
            )
        return self._scripts[dialect]

    async def run(self) -> None:
        """Run the plan on the database that is bound to the slot."""
        for function in self.functions:
            result = function()
            if isawaitable(result):
                await result
        for query in self.queries:
            await _sent(query)


async def _sent(query: _Runnable) -> None:
    """Run the query. Piccolo's own ``run`` would build the text of a DDL query each time it reads it."""
    if not isinstance(query, DDL):
        await query.run()
        return
    engine = query.table._meta.db
    for statement in query.ddl:
        await engine.run_ddl(statement)


class PlanShelf:
    """The plans of several apps, in the order in which they have to run.

    :param apps: the apps; their dependencies (``migration_dependencies``) are included.
    :param slot: the engine of the migrations' tables, normally a
        :class:`~piccolo_engines.routed.RoutedEngine`.
    :raises MigrationInvalid: from :attr:`plans`, for a module that fails or that needs a database.
    """

    def __init__(self, apps: Sequence[AppConfig], slot: Engine[Any]) -> None:
        self._apps = in_order(apps)
        self._slot = slot
        self._modules: dict[str, dict[str, ModuleType]] = {}
        self._plans: tuple[MigrationPlan, ...] | None = None

    @property
    def plans(self) -> tuple[MigrationPlan, ...]:
        """All plans. They are imported and prepared at the first access."""
        if self._plans is None:
            self._modules = {app.app_name: self._load(app) for app in self._apps}
            self._plans = tuple(self._plan(app, id_) for app, ids in self._modules.items() for id_ in ids)
        return self._plans

    def snapshot(self, app: str, table: str, last: str, offset: int) -> type[Table]:
        """Return the table as of the migration ``last`` of ``app``; with ``offset=-1`` before it."""
        ids = [id_ for id_ in self._modules[app] if id_ <= last]
        with self._private_tables():
            managers = [self._describe(app, id_) for id_ in (ids[:offset] if offset else ids)]
            return SchemaSnapshot(managers=managers).get_table_from_snapshot(table).to_table_class()

    def _load(self, app: AppConfig) -> dict[str, ModuleType]:
        with self._private_tables():
            modules = [
                _import(app.app_name, path) for path in migration_files(app.resolved_migrations_folder_path)
            ]
        return dict(sorted((module.ID, module) for module in modules if getattr(module, "ID", None)))

    def _describe(self, app: str, id_: str) -> MigrationManager:
        """Return a new ``MigrationManager``, which is what a module's ``forwards()`` returns."""
        manager = without_waiting(self._modules[app][id_].forwards())
        if not isinstance(manager, MigrationManager):
            raise MigrationInvalid(app, id_, "its forwards() does not return a MigrationManager.")
        return manager

    def _plan(self, app: str, id_: str) -> MigrationPlan:
        with self._private_tables():
            try:
                manager = _recorder(self._describe(app, id_), self)
                if not manager.fake:
                    without_waiting(manager.record())
            except MigrationInvalid:
                raise
            except Exception as error:
                raise MigrationInvalid(app, id_, "it cannot be worked out without a database.") from error
        functions = () if manager.fake else tuple(manager.raw)
        return MigrationPlan(
            MigrationName(app, id_), functions, tuple(manager.recorded), manager.wrap_in_transaction
        )

    @contextmanager
    def _private_tables(self) -> Iterator[None]:
        """As :func:`private_tables`, and assign the slot to these tables."""
        with private_tables() as created:
            yield
        for table in created:
            table._meta.db = self._slot


@contextmanager
def private_tables() -> Iterator[set[type[Table]]]:
    """Remove the tables that are created in the block from Piccolo's global lists.

    The set has them after the block. The block must not await anything, so that no other task adds to the
    lists meanwhile.
    """
    created: set[type[Table]] = set()
    mark, lazy = len(TABLE_REGISTRY), LAZY_COLUMN_REFERENCES.foreign_key_columns
    lazy_mark = len(lazy)
    try:
        yield created
    finally:
        created |= {table for table in TABLE_REGISTRY[mark:] if _is_private(table)}
        TABLE_REGISTRY[mark:] = [table for table in TABLE_REGISTRY[mark:] if table not in created]
        lazy[lazy_mark:] = [column for column in lazy[lazy_mark:] if column._meta.table not in created]


class _Recorder(MigrationManager):
    """A manager that collects its queries instead of running them.

    It takes snapshots from the loaded modules.
    """

    recorded: list[_Runnable]
    shelf: PlanShelf

    async def record(self) -> None:
        """The body of ``MigrationManager.run()`` without its printing, transaction and raw functions."""
        await self._run_add_tables()
        await self._run_change_table_schema()
        await self._run_rename_tables()
        await self._run_add_columns()
        await self._run_drop_columns()
        await self._run_drop_tables()  # type: ignore[no-untyped-call] # Piccolo annotates its siblings only
        await self._run_rename_columns()
        await self._run_alter_columns()
        await self._run_add_constraints()
        await self._run_drop_constraints()

    async def _run_query(self, query: _Runnable) -> None:
        self.recorded.append(query)

    async def get_table_from_snapshot(
        self, table_class_name: str, app_name: str | None, offset: int = 0, migration_id: str | None = None
    ) -> type[Table]:
        last = migration_id or self.migration_id
        return self.shelf.snapshot(app_name or self.app_name, table_class_name, last, offset)


def _recorder(manager: MigrationManager, shelf: PlanShelf) -> _Recorder:
    """Turn the manager itself into a recorder: the module's functions refer to it, for snapshots.

    A subclass of ``MigrationManager`` keeps what it overrides.
    """
    own = type(manager)
    manager.__class__ = _Recorder if own is MigrationManager else type("_Recorder", (own, _Recorder), {})
    recorder = cast("_Recorder", manager)
    recorder.recorded = []
    recorder.shelf = shelf
    return recorder


def _import(app: str, path: Path) -> ModuleType:
    """Execute the module under its own name. Changes neither ``sys.path`` nor ``sys.modules``."""
    name = f"{app}.piccolo_migrations.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise MigrationInvalid(app, path.stem, "its module cannot be imported.") from error
    return module


def _is_private(table: type[Table]) -> bool:
    """Whether a table belongs to a migration module, or was created by Piccolo with ``types.new_class``."""
    return table.__module__ == "types" or ".piccolo_migrations." in table.__module__


def without_waiting(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Return the result of a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return cast("_T", stop.value)
    coroutine.close()
    raise RuntimeError("a migration's description must not wait for anything")
