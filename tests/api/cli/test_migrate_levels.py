"""``freehold migrate`` and the levels of the registry: nothing to do costs nothing, wrong ones are found."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api.tenant_level import tenant_level
from central.migrations.level import SchemaLevel
from piccolo_engines.sqlite import SQLiteEngine
from tests.api.cli.conftest import Run, Told
from tests.api.cli.test_doctor import execute, found

NEWER = str(SchemaLevel("2999-01-01T00:00:00:000000", "0" * 12, "0" * 12))
OLDER = str(SchemaLevel("2020-01-01T00:00:00:000000", "0" * 12, "0" * 12))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the databases to which statements are sent, one for each statement."""
    names: list[str] = []
    announce = SQLiteEngine._announce

    def noted(self: SQLiteEngine, sql: str, query: object) -> int:
        names.append(Path(self.path).stem)
        return announce(self, sql, query)

    monkeypatch.setattr(SQLiteEngine, "_announce", noted)
    return names


def add_tenants(folder: Path, count: int) -> None:
    """Add rows like acme's, with empty files as databases: nobody may look into them."""
    with closing(sqlite3.connect(folder / "central.sqlite")) as central:
        central.row_factory = sqlite3.Row
        row = dict(central.execute("SELECT * FROM tenant WHERE slug = 'acme'").fetchone())
        for number in range(count):
            slug = f"other-{number}"
            new = row | {"id": row["id"][:-6] + f"{number:06}", "slug": slug, "held_slug": slug}
            new["db_name"] = f"tenant_{slug}"
            names, marks = ", ".join(new), ", ".join("?" * len(new))
            central.execute(f"INSERT INTO tenant ({names}) VALUES ({marks})", [*new.values()])  # noqa: S608 # own names
            (folder / "tenants" / f"tenant_{slug}.sqlite").touch()
        central.commit()


def set_level(folder: Path, slug: str, level: str) -> None:
    execute(
        folder / "central.sqlite",
        f"UPDATE tenant SET schema_level = '{level}' WHERE slug = '{slug}'",  # noqa: S608 # a test's own
    )


def level_of(folder: Path, slug: str) -> str:
    with closing(sqlite3.connect(folder / "central.sqlite")) as central:
        (level,) = central.execute("SELECT schema_level FROM tenant WHERE slug = ?", [slug]).fetchone()
    return str(level)


def test_a_new_tenant_has_this_version_s_level(folder: Path) -> None:
    assert level_of(folder, "acme") == str(tenant_level())


@pytest.mark.parametrize("count", [0, 200])
def test_with_nothing_to_do_the_statements_are_few_and_none_is_a_tenant_s(
    told: Told, folder: Path, opened: list[str], count: int
) -> None:
    told("migrate")  # seals the text that tells the encryption key
    opened.clear()
    add_tenants(folder, count)
    assert len(told("migrate")["tenants"]) == count + 2
    assert opened == ["central"] * 4  # two for its migrations, one for the key, one for all tenants


def test_only_what_is_behind_is_looked_into(told: Told, folder: Path, opened: list[str]) -> None:
    set_level(folder, "demo", OLDER)
    assert told("migrate") == {"central": 0, "tenants": {"acme": 0, "demo": 0}, "failures": {}}
    assert set(opened) == {"central", "tenant_demo"}
    assert level_of(folder, "demo") == str(tenant_level())


def test_a_check_finds_nothing_where_all_is_well_and_changes_nothing(
    told: Told, call: Run, folder: Path, opened: list[str]
) -> None:
    well = {"central": 0, "tenants": {"acme": 0, "demo": 0}, "levels": {}, "failures": {}}
    assert told("migrate", "--check") == well
    assert {"tenant_acme", "tenant_demo"} <= set(opened)
    set_level(folder, "acme", "")
    assert told("migrate", "--check") == well
    assert level_of(folder, "acme") == ""
    assert told("migrate", "--check", "demo")["tenants"] == {"demo": 0}
    assert "Up to date: 2 tenants." in call("migrate", "--check", "--text").stdout
    call("migrate", "--check", "nobody", status=1)
    call("migrate", "--check", "--verify", status=2)
    call("migrate", "--check", "--central-only", status=2)


def test_a_level_that_the_database_does_not_have_is_found(told: Told, call: Run, folder: Path) -> None:
    execute(folder / "tenants" / "tenant_acme.sqlite", "DELETE FROM migration WHERE app_name = 'apps'")
    assert told("migrate")["tenants"]["acme"] == 0, "the registry is believed"
    checked = told("migrate", "--check", status=1)
    assert checked["tenants"] == {"acme": 1, "demo": 0}
    assert "does not look into it" in checked["levels"]["acme"]
    assert "freehold migrate acme" in call("migrate", "--check", "--text", status=1).stderr
    level, message, mend = found(told, "tenant acme")
    assert (level, mend) == ("error", "freehold migrate acme")
    assert "does not look into it" in message


def test_a_database_that_lacks_migrations_by_the_registry_too_has_no_wrong_level(
    told: Told, folder: Path
) -> None:
    execute(folder / "tenants" / "tenant_acme.sqlite", "DELETE FROM migration WHERE app_name = 'apps'")
    set_level(folder, "acme", OLDER)
    checked = told("migrate", "--check", status=1)
    assert (checked["tenants"]["acme"], checked["levels"]) == (1, {})


@pytest.mark.parametrize(("stored", "said"), [(OLDER, "an older level"), (NEWER, "a newer version")])
def test_a_level_that_is_not_this_version_s_is_found_and_mended(
    told: Told, folder: Path, stored: str, said: str
) -> None:
    set_level(folder, "acme", stored)
    assert said in told("migrate", "--check", status=1)["levels"]["acme"]
    is_refused = stored == OLDER  # it is newer without a contraction otherwise
    findings = [one for one in told("doctor", status=int(is_refused)) if one["about"] == "tenant acme"]
    assert [one["level"] for one in findings] == ["warning", "ok"]
    assert said in findings[0]["message"]
    assert findings[0]["mend"] == "freehold migrate acme"
    told("migrate", "acme")
    assert told("migrate", "--check")["levels"] == {}


def test_a_check_goes_on_after_a_database_that_cannot_be_opened(told: Told, call: Run, folder: Path) -> None:
    for path in (folder / "tenants").glob("tenant_acme.sqlite*"):
        path.unlink()
    checked = told("migrate", "--check", status=1)
    assert (set(checked["failures"]), checked["tenants"]) == ({"acme"}, {"demo": 0})
    assert "acme could not be checked" in call("migrate", "--check", "--text", status=1).stderr


def test_a_central_database_that_is_behind_is_reported_alone(told: Told, folder: Path) -> None:
    execute(folder / "central.sqlite", "DELETE FROM migration")
    checked = told("migrate", "--check", status=1)
    assert checked == {"central": 1, "tenants": {}, "levels": {}, "failures": {}}
