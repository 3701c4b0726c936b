"""Piccolo's own commands work in a project whose database is a slot with nothing bound to it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROJECT = """
from piccolo.conf.apps import AppRegistry
from piccolo_engines.routed import RoutedEngine

DB = RoutedEngine("tenant")
APP_REGISTRY = AppRegistry(apps=["music.piccolo_app"])
"""

APP = """
from pathlib import Path
from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="music",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(["music.tables"], exclude_imported=True),
)
"""

TABLES = """
from piccolo.columns import JSON, UUID, BigInt, ForeignKey, Interval, Numeric, Varchar
from piccolo.table import Table
from piccolo_engines.columns import Timestamps, new_id

class Manager(Timestamps, Table):
    name = Varchar(unique=True)

class Band(Timestamps, Table):
    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=LENGTH, index=True)
    fans = BigInt()
    fee = Numeric((15, 2))
    tour = Interval()
    extra = JSON()
    manager = ForeignKey(Manager)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "music").mkdir()
    (tmp_path / "piccolo_conf.py").write_text(PROJECT)
    (tmp_path / "music" / "__init__.py").touch()
    (tmp_path / "music" / "piccolo_app.py").write_text(APP)
    return tmp_path


def new_migration(project: Path, length: int) -> str:
    """Have Piccolo write a migration; return its text."""
    (project / "music" / "tables.py").write_text(TABLES.replace("LENGTH", str(length)))
    folder = project / "music" / "piccolo_migrations"
    before = set(folder.glob("music_*.py"))
    run_piccolo = "from piccolo.main import main; main()"
    command = [sys.executable, "-c", run_piccolo, "migrations", "new", "music", "--auto"]
    environment = {"PYTHONPATH": f"{project}:{ROOT}", "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = set(folder.glob("music_*.py")) - before
    return made.read_text()


def test_automatic_migrations_need_no_database(project: Path) -> None:
    first = new_migration(project, length=50)
    assert 'class_name="Band"' in first
    assert "new_id" in first
    second = new_migration(project, length=100)
    assert '"length": 100' in second
    assert '"length": 50' in second
