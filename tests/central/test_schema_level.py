"""The level of a database: what it has, and which of two is newer."""

import pytest

from central.migrations.level import LevelAge, SchemaLevel
from central.migrations.names import MigrationName

FIRST = MigrationName("users", "2026-12-01T02:14:15:528059")
SECOND = MigrationName("objects", "2026-12-02T08:00:00:000001")
BOTH = SchemaLevel.of([FIRST, SECOND], "seeds 2")


def test_a_level_survives_the_registry() -> None:
    assert SchemaLevel.parse(str(BOTH)) == BOTH
    assert len(str(BOTH)) == 64
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
    assert len(str(SchemaLevel.of([MigrationName("users", "2026" * 20)], ""))) == 64
