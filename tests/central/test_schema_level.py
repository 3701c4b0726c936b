"""The level of a database: what it has, and which of two is newer."""

from pathlib import Path

import pytest

from central.migrations.level import LevelAge, SchemaLevel, ServedLevels
from central.migrations.names import MigrationName, migration_names

FIRST = MigrationName("users", "2026-12-01T02:14:15:528059")
SECOND = MigrationName("objects", "2026-12-02T08:00:00:000001")
BOTH = SchemaLevel.of([FIRST, SECOND], "seeds 2")


def test_a_level_survives_the_registry() -> None:
    assert SchemaLevel.parse(str(BOTH)) == BOTH
    assert len(str(BOTH)) <= 64
    assert BOTH.newest == SECOND.id


@pytest.mark.parametrize(
    ("stored", "age"),
    [
        (str(BOTH), LevelAge.CURRENT),
        (str(SchemaLevel.of([FIRST], "seeds 2")), LevelAge.OLDER),
        (str(SchemaLevel.of([FIRST, SECOND], "seeds 1")), LevelAge.OLDER),
        (str(SchemaLevel.of([SECOND], "seeds 2")), LevelAge.OLDER),
        (
            str(SchemaLevel.of([FIRST, SECOND, MigrationName("users", "2027-01-01T00:00:00:000000")], "")),
            LevelAge.NEWER,
        ),
        ("", LevelAge.UNKNOWN),
        ("0" * 64, LevelAge.UNKNOWN),
    ],
)
def test_levels_are_ordered_by_their_newest_migration(stored: str, age: LevelAge) -> None:
    assert BOTH.age_of(stored) is age


def test_a_database_without_migrations_is_older_than_any() -> None:
    assert BOTH.age_of(str(SchemaLevel.of([], ""))) is LevelAge.OLDER


def test_a_long_id_does_not_make_a_level_longer() -> None:
    assert (
        len(str(SchemaLevel.of([MigrationName("users", "2026" * 20, not_needed_from="10.12.100")], ""))) <= 64
    )


THIRD = MigrationName("users", "2026-12-03T00:00:00:000000", needed_from="0.5.0")
DROPS = MigrationName("users", "2026-12-04T00:00:00:000000", not_needed_from="0.4.0")
ALL = [FIRST, SECOND, THIRD]


def level_with(*names: MigrationName) -> str:
    return str(SchemaLevel.of(names, ""))


@pytest.mark.parametrize(
    ("release", "stored", "is_served"),
    [
        ("0.4.0", level_with(*ALL), True),
        ("0.4.0", level_with(FIRST, SECOND), True),  # nothing reads yet what the third adds
        ("0.5.0", level_with(FIRST, SECOND), False),
        ("0.5.0", level_with(FIRST), False),
        ("0.4.0", level_with(FIRST), False),
        ("0.4.0", level_with(FIRST, THIRD), False),  # written earlier, merged later
        ("0.3.0", level_with(*ALL, MigrationName("users", "2027-01-01T00:00:00:000000")), True),
        ("0.3.9", level_with(*ALL, DROPS), False),
        ("0.4.0", level_with(*ALL, DROPS), True),
        ("0+source", level_with(*ALL, DROPS), True),
        ("0.4.0", "", True),
        ("0.4.0", "an old form", True),
    ],
)
def test_a_level_is_served_by_code_that_it_suffices_for(release: str, stored: str, is_served: bool) -> None:
    assert ServedLevels(SchemaLevel.of(ALL, ""), ALL, release).serves(stored) is is_served


def test_other_seeds_are_served() -> None:
    assert ServedLevels(BOTH, [FIRST, SECOND], "0.4.0").serves(str(SchemaLevel.of([FIRST, SECOND], "")))


def test_the_releases_are_read_from_the_files_of_migrations(tmp_path: Path) -> None:
    marked = 'ID = "2026-12-03"\nNEEDED_FROM = "0.5.0"\nNOT_NEEDED_FROM = "0.4.0"\n'
    (tmp_path / "first.py").write_text('ID = "2026-12-02"\n')
    (tmp_path / "second.py").write_text(marked)
    first, second = migration_names("users", tmp_path)
    assert (first.needed_from, first.not_needed_from) == ("", "")
    assert (second.id, second.needed_from, second.not_needed_from) == ("2026-12-03", "0.5.0", "0.4.0")


def test_older_code_refuses_a_database_before_a_contraction_runs() -> None:
    before, after = SchemaLevel.of(ALL, ""), SchemaLevel.of([*ALL, DROPS], "")
    announced = after.announcing(str(before))
    assert announced is not None
    assert not ServedLevels(before, ALL, "0.3.9").serves(str(announced))
    assert ServedLevels(before, ALL, "0.4.0").serves(str(announced))
    assert after.announcing(str(announced)) is None
    unknown = after.announcing("")
    assert unknown is not None
    assert not ServedLevels(before, ALL, "0.3.9").serves(str(unknown))
    assert BOTH.announcing("") is None
