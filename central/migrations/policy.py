"""Which migrations a release may have: the release before can work with them while tenants are upgraded.

An expansion adds tables, and columns that are nullable or have a default, and indexes: code that does not
know them goes on. Everything else is a contraction, and its file names the first release whose code does not
need any more what it removes or changes: ``NOT_NEEDED_FROM = "0.3.0"``. That release is older than the one
that the migration comes with. What a function does cannot be judged: a migration with functions that is no
contraction gives the reason why the release before can work with the outcome: ``KEEPS_WORKING = "…"``.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Column

from central.migrations.level import release_of
from central.migrations.names import migration_files
from central.migrations.plans import private_tables, without_waiting

__all__ = ["policy_violations"]

_REMOVALS: Final[Sequence[tuple[str, Callable[[MigrationManager], Any]]]] = (
    ("drops a table", lambda manager: manager.drop_tables),
    ("renames a table", lambda manager: manager.rename_tables),
    ("moves a table to another schema", lambda manager: manager.change_table_schemas),
    ("drops a column", lambda manager: manager.drop_columns.drop_columns),
    ("renames a column", lambda manager: manager.rename_columns.rename_columns),
    ("alters a column", lambda manager: [one for one in _altered(manager) if not _widens(one)]),
    ("adds a constraint to a table that is there", lambda manager: list(_added_constraints(manager))),
    ("drops a constraint", lambda manager: manager.drop_constraints.drop_constraints),
    ("adds a column without a default, or a unique one", lambda manager: list(_demanding(manager))),
)
_HARMLESS: Final = frozenset({"index", "index_method", "help_text", "choices", "secret"})
"""Properties of a column that code of the release before does not notice."""


def policy_violations(folder: Path, release: str) -> list[str]:
    """Return what is wrong with the migrations in the folder, as sentences. Imports them.

    :param release: of the code that they come with.
    """
    return [
        f"{path.stem} {problem}" for path in migration_files(folder) for problem in _problems(path, release)
    ]


def _problems(path: Path, release: str) -> Iterator[str]:
    with private_tables():
        module = _imported(path)
        manager = without_waiting(module.forwards())
    removals = [text for text, found in _REMOVALS if found(manager)]
    release_named = getattr(module, "NOT_NEEDED_FROM", "")
    if release_named:
        if release_of(release_named) >= release_of(release):
            yield (
                f"is a contraction, and code before {release_named} needs what it removes: that must be a "
                f"release before {release}, the one that it comes with."
            )
        return
    for text in removals:
        yield f"{text}: split it, or name the first release that does not need it (NOT_NEEDED_FROM)."
    if manager.raw and not getattr(module, "KEEPS_WORKING", ""):
        yield "executes functions: give the reason why the release before can work with it (KEEPS_WORKING)."


def _imported(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"judged.piccolo_migrations.{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _altered(manager: MigrationManager) -> Sequence[Any]:
    return manager.alter_columns.alter_columns


def _widens(alteration: Any) -> bool:
    """Whether the column admits what it did before, and what the release before writes."""
    if alteration.old_column_class is not alteration.column_class:
        return False
    for name, value in alteration.params.items():
        before = alteration.old_params.get(name)
        if name == "length" and isinstance(value, int) and isinstance(before, int) and value >= before:
            continue
        if name == "null" and value is True:
            continue
        if name not in _HARMLESS:
            return False
    return True


def _new_tables(manager: MigrationManager) -> set[str]:
    return {table.class_name for table in manager.add_tables}


def _added_constraints(manager: MigrationManager) -> Iterator[Any]:
    new = _new_tables(manager)
    yield from (one for one in manager.add_constraints.add_constraints if one.table_class_name not in new)


def _demanding(manager: MigrationManager) -> Iterator[Column]:
    """The columns of tables that are there which rows of the release before do not satisfy."""
    new = _new_tables(manager)
    for added in manager.add_columns.add_columns:
        if added.table_class_name in new:
            continue
        meta = added.column._meta
        has_default = added.column.get_default_value() is not None
        if meta.unique or not (meta.null or has_default):
            yield added.column
