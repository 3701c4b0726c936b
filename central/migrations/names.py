"""The names of Piccolo migrations, read from their files: nothing is imported or executed."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

__all__ = ["MigrationName", "migration_files", "migration_names"]

_TEXT: Final = re.compile(r"""^(ID|NEEDED_FROM|NOT_NEEDED_FROM)(?:: Final)? = ["'](.+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MigrationName:
    """A migration as named in Piccolo's ``migration`` table, and the releases that its file names.

    :ivar needed_from: the first release whose code needs what an expansion adds (``NEEDED_FROM = "…"``);
        empty for the one that it comes with.
    :ivar not_needed_from: the first release whose code does not need any more what a contraction removes
        (``NOT_NEEDED_FROM = "…"``); empty for an expansion.
    """

    app: str
    id: str
    needed_from: str = field(default="", compare=False)
    not_needed_from: str = field(default="", compare=False)


def migration_names(app: str, folder: str | Path) -> list[MigrationName]:
    """Return the names of an app's migrations, in the order in which they have to run.

    A file without the line ``ID = "…"``, which Piccolo writes, is not a migration.
    """
    texts = [dict(_TEXT.findall(path.read_text(encoding="utf-8"))) for path in migration_files(folder)]
    named = {one["ID"]: one for one in texts if "ID" in one}
    return [
        MigrationName(app, id_, one.get("NEEDED_FROM", ""), one.get("NOT_NEEDED_FROM", ""))
        for id_, one in sorted(named.items())
    ]


def migration_files(folder: str | Path) -> list[Path]:
    """Return the modules in a folder of migrations, sorted by name."""
    return sorted(path for path in Path(folder).glob("*.py") if path.name != "__init__.py")
