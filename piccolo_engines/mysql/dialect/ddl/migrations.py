"""Migrations where DDL commits implicitly: journaled instead of run in a transaction."""

import inspect
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.base import Engine
from piccolo.engine.finder import engine_finder

from piccolo_engines.mysql.dialect.patching import Patch
from piccolo_engines.mysql.migrations.journal import Journal
from piccolo_engines.mysql.migrations.recording import recorder

__all__ = ["PATCHES"]


async def _run_raw(
    manager: MigrationManager, engine: Engine[Any], journal: Journal, *, backwards: bool
) -> None:
    """Run the raw functions of a migration, each in one transaction with its journal entry."""
    for place, function in enumerate(manager.raw_backwards if backwards else manager.raw):
        step = f"raw.{place}"
        if journal.is_done(step):
            continue
        if not manager.wrap_in_transaction:
            await _call(function)
            await journal.mark_done(step)
            continue
        async with engine.transaction():
            await _call(function)
            await journal.mark_done(step)


async def _call(function: Any) -> None:
    if inspect.iscoroutinefunction(function):
        await function()
    else:
        function()


async def _run_changes(manager: MigrationManager, *, backwards: bool) -> None:
    for change in (
        manager._run_add_tables,
        manager._run_change_table_schema,
        manager._run_rename_tables,
        manager._run_add_columns,
        manager._run_drop_columns,
        manager._run_drop_tables,
        manager._run_rename_columns,
        manager._run_alter_columns,
        manager._run_add_constraints,
        manager._run_drop_constraints,
    ):
        await change(backwards=backwards)


def _run(original: Any) -> Any:
    async def run(self: MigrationManager, backwards: bool = False) -> None:
        """Run the migration. After a crash, continue where it stopped."""
        engine = engine_finder()
        if engine is None or engine.engine_type != "mysql" or self.preview or not self.migration_id:
            await original(self, backwards=backwards)
            return
        direction = "backwards" if backwards else "forwards"
        print(f"  - {self.migration_id} [{direction}]... ", end="")  # noqa: T201 - as Piccolo's own does
        journal = Journal(engine, self.app_name, self.migration_id, direction)
        if not await journal.open():
            return
        token = recorder.set(journal.record)
        try:
            await _run_raw(self, engine, journal, backwards=backwards)
            await _run_changes(self, backwards=backwards)
        finally:
            recorder.reset(token)
        await journal.finish()

    return run


PATCHES = (
    Patch(
        MigrationManager,
        "run",
        _run,
        "its transaction does nothing for DDL in MySQL: a journal makes it resumable instead",
    ),
)
