"""Every migration is an expansion, or says which release does not need any more what it removes."""

from pathlib import Path

import pytest
from piccolo.conf.apps import AppConfig

from api.version import VERSION
from central.migrations.policy import policy_violations
from piccolo_conf import APP_REGISTRY

APPS = list(APP_REGISTRY.app_configs.values())
HEAD = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Integer, Text, Varchar

ID = "2027-01-01T00:00:00:000000"
"""
BODY = """

async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="users", description="")
"""
COLUMN = 'manager.add_column("User", "users", "nick", column_class={}, params={})'
DROP = 'manager.drop_column("User", "users", "nick", "nick")'
LENGTH = (
    'manager.alter_column("User", "users", "nick", "nick", params={{"length": {}}}, '
    'old_params={{"length": 40}}, '
    "column_class=Varchar, old_column_class=Varchar)"
)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.app_name)
def test_the_release_before_can_work_with_what_each_migration_leaves(app: AppConfig) -> None:
    assert policy_violations(Path(app.resolved_migrations_folder_path), VERSION) == []


def judged(folder: Path, *lines: str, marks: str = "") -> list[str]:
    body = "".join(f"    {line}\n" for line in (*lines, "return manager"))
    text = f"{HEAD}{marks}{BODY}{body}"
    (folder / f"made_up_{hash(text)}.py".replace("-", "_")).write_text(
        text
    )  # of one name, Python would cache it
    return policy_violations(folder, "0.4.0")


@pytest.mark.parametrize(
    "lines",
    [
        ['manager.add_table("Note", "notes")', COLUMN.format("Integer", '{"default": None, "null": False}')],
        [COLUMN.format("Text", '{"default": None, "null": True}')],
        [COLUMN.format("Varchar", '{"length": 40, "default": "", "null": False}')],
        [LENGTH.format(80)],
    ],
)
def test_an_expansion_is_admitted(tmp_path: Path, lines: list[str]) -> None:
    made = [line.replace('"User", "users"', '"Note", "notes"') for line in lines] if len(lines) > 1 else lines
    assert judged(tmp_path, *made) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (DROP, "drops a column"),
        ('manager.drop_table("User", "users")', "drops a table"),
        ('manager.rename_column("User", "users", "nick", "alias", "nick", "alias")', "renames a column"),
        (COLUMN.format("Integer", '{"default": None, "null": False}'), "without a default"),
        (COLUMN.format("Varchar", '{"default": "", "null": False, "unique": True}'), "or a unique one"),
        (LENGTH.format(20), "alters a column"),
        ("manager.add_raw(lambda: None)", "KEEPS_WORKING"),
    ],
)
def test_what_the_release_before_would_miss_is_refused(tmp_path: Path, line: str, fault: str) -> None:
    (problem,) = judged(tmp_path, line)
    assert fault in problem


def test_a_contraction_names_a_release_before_its_own(tmp_path: Path) -> None:
    assert judged(tmp_path, DROP, marks='NOT_NEEDED_FROM = "0.3.0"\n') == []
    (problem,) = judged(tmp_path, DROP, marks='NOT_NEEDED_FROM = "0.4.0"\n')
    assert "code before 0.4.0 needs what it removes" in problem


def test_functions_are_admitted_with_a_reason(tmp_path: Path) -> None:
    marks = 'KEEPS_WORKING = "they fill a column that nothing reads yet"\n'
    assert judged(tmp_path, "manager.add_raw(lambda: None)", marks=marks) == []
