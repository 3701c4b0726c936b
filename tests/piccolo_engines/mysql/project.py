"""A sample project whose tables change again and again, with migrations written by Piccolo's own command."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.launcher import Program, launcher

ROOT = Path(__file__).parents[3]
PICCOLO = Program("piccolo", "piccolo.main:main")

CONF = """
import json, os
from piccolo.conf.apps import AppRegistry
from piccolo_engines.mysql import MySQLEngine

DB = MySQLEngine(json.loads(os.environ["DATABASE"]))
APP_REGISTRY = AppRegistry(apps=["music.piccolo_app"])
"""

APP = """
from pathlib import Path
from typing import Any
from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="music",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(["music.tables"], exclude_imported=True),
)
"""

IMPORTS = """
from enum import Enum
from piccolo.columns import *
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.constraints import Check, Unique
from piccolo.table import Table
"""

MANAGER = """
class Manager(Table):
    name = Varchar(length=50, unique=True)
"""

FIRST = """
class Band(Table):
    id = UUID(primary_key=True)
    name = Varchar(length=50, index=True)
    popularity = Integer()
    fee = Numeric(digits=(5, 2), null=True)
    manager = ForeignKey(Manager, on_delete=OnDelete.cascade)
    rating = SmallInt(default=3)
    note = Varchar(length=20, null=True, default=None)
    founded = Timestamp()
    gone = Real()
"""

MORE = """
class Band(Table):
    id = UUID(primary_key=True)
    name = Varchar(length=50, index=True)
    popularity = Integer()
    fee = Numeric(digits=(5, 2), null=True)
    manager = ForeignKey(Manager, on_delete=OnDelete.cascade)
    rating = SmallInt(default=3)
    note = Varchar(length=20, null=True, default=None)
    founded = Timestamp()
    active = Boolean(default=True)
    data = JSON()
    tags = Array(base_column=Varchar())
    tour = Interval(null=True)
    opened = Time()
    day = Date(index=True)
    blob = Bytea(default=b"\\x00'")
    price = DoublePrecision(default=1.5)
    about = Text(default="it's")
    key = UUID(null=True, default=None, unique=True)

class Venue(Table):
    id = BigSerial(primary_key=True)
    name = Varchar(length=30)
    house = ForeignKey(Band, on_delete=OnDelete.set_null, on_update=OnUpdate.restrict)
"""

ALTERED = (
    MORE.replace("name = Varchar(length=50, index=True)", "name = Varchar(length=100, null=True)")
    .replace("popularity = Integer()", "popularity = BigInt(index=True, default=7)")
    .replace("fee = Numeric(digits=(5, 2), null=True)", "fee = Numeric(digits=(12, 3))")
    .replace("OnDelete.cascade", "OnDelete.set_null, on_update=OnUpdate.restrict")
    .replace("rating = SmallInt(default=3)", "rating = Integer(default=None, null=True)")
    .replace("note = Varchar(length=20, null=True, default=None)", "note = Varchar(length=20, unique=True)")
    .replace("founded = Timestamp()", "founded = Timestamptz(null=True)")
    .replace('about = Text(default="it\'s")', "about = Varchar(length=200)")
    .replace("key = UUID(null=True, default=None, unique=True)", "key = UUID(null=True, default=None)")
)  # fmt: skip

RENAMED = (
    ALTERED.replace("class Venue", "class Place")
    .replace("note = ", "remark = ")
    .replace("name = Varchar(length=100, null=True)", "name = Varchar(length=200, null=False)")
    .replace("day = Date(index=True)", "day = Date()")
    .replace("OnDelete.set_null, on_update=OnUpdate.restrict)\n    rating", "OnDelete.cascade)\n    rating")
    .replace("\n\nclass Place",
             '\n    pair = Unique(["name", "popularity"])\n    dear = Check("fee >= 0")\n\nclass Place')
)  # fmt: skip

LESS = (
    ALTERED[: ALTERED.index("class Venue")]
    .replace("    tour = Interval(null=True)\n", "")
    .replace("note = ", "remark = ")
    .replace("name = Varchar(length=100, null=True)", "name = Varchar(length=200, null=False)")
)

VERSIONS = tuple(IMPORTS + MANAGER + bands for bands in (FIRST, MORE, ALTERED, RENAMED, LESS))
"""The project's tables, as they were one after the other."""

MANY_CHANGES = 3
"""The version whose migration has a bit of everything, and functions that change rows."""


@dataclass(frozen=True)
class Project:
    """Where it is, and the ids of its migrations, the oldest first."""

    folder: Path
    migrations: tuple[str, ...]

    def environment(self, config: dict[str, object]) -> dict[str, str]:
        """What a process of the project needs to know."""
        path = os.pathsep.join((str(self.folder), str(ROOT)))
        return {
            "PATH": "",
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATABASE": json.dumps(config),
        }

    def piccolo(self, config: dict[str, object], *arguments: str) -> str:
        """Run the ``piccolo`` command; return what it said."""
        done = launcher("piccolo.main", "piccolo_engines.mysql").run(
            PICCOLO, [*arguments, "--trace"], folder=self.folder, environ=self.environment(config)
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, config: dict[str, object], script: str, *arguments: str) -> Any:
        """Run a script that lies beside this file; return what it reports."""
        command = [sys.executable, str(Path(__file__).parent / script), *arguments]
        environment = self.environment(config)
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def be(self, version: int) -> None:
        """Let the tables be as they were then."""
        (self.folder / "music" / "tables.py").write_text(VERSIONS[version])


FUNCTIONS = """
    async def note():
        await RawTable.raw("INSERT INTO manager (name) VALUES (CONCAT('forwards ', UUID()))")

    async def note_backwards():
        await RawTable.raw("INSERT INTO manager (name) VALUES (CONCAT('backwards ', UUID()))")

    manager.add_raw(note)
    manager.add_raw_backwards(note_backwards)

    return manager
"""


def _add_functions(migration: Path) -> None:
    """What people write into a migration by hand: it changes rows."""
    text = migration.read_text().replace("\n    return manager\n", FUNCTIONS)
    migration.write_text(text + "\n\nfrom piccolo.table import Table\n\nclass RawTable(Table):\n    pass\n")


def make_project(folder: Path) -> Project:
    """Write the project, and let Piccolo write the migrations from each version of its tables to the next."""
    music = folder / "music"
    music.mkdir()
    (folder / "piccolo_conf.py").write_text(CONF)
    (music / "__init__.py").touch()
    (music / "piccolo_app.py").write_text(APP)
    project = Project(folder, ())
    made: list[str] = []
    for version in range(len(VERSIONS)):
        project.be(version)
        renames = "y" if version == MANY_CHANGES else "n"
        project.piccolo({}, "migrations", "new", "music", "--auto", f"--auto_input={renames}")
        (file,) = {path.name for path in (music / "piccolo_migrations").glob("music_*.py")} - set(made)
        made.append(file)
        if version == MANY_CHANGES:
            _add_functions(music / "piccolo_migrations" / file)
    written = [(music / "piccolo_migrations" / file).read_text() for file in made]
    return Project(folder, tuple(text.split('ID = "')[1].split('"')[0] for text in written))
