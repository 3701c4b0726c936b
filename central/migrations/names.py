"""The names of Piccolo migrations, read from their files: nothing is imported or executed."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["MigrationName", "migration_files", "migration_names"]

_ID: Final = re.compile(r"""^ID = ["'](.+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MigrationName:
    """A migration as named in Piccolo's ``migration`` table."""

    app: str
    id: str


def migration_names(app: str, folder: str | Path) -> list[MigrationName]:
    """Return the names of an app's migrations, in the order in which they have to run.

    A file without the line ``ID = "…"``, which Piccolo writes, is not a migration.
    """
    ids = (_ID.search(path.read_text(encoding="utf-8")) for path in migration_files(folder))
    return [MigrationName(app, one) for one in sorted({found[1] for found in ids if found})]


def migration_files(folder: str | Path) -> list[Path]:
    """Return the modules in a folder of migrations, sorted by name."""
    return sorted(path for path in Path(folder).glob("*.py") if path.name != "__init__.py")
