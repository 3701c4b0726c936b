"""Whether the registry has the right level of a tenant's database."""

from central.migrations.level import LevelAge, SchemaLevel

__all__ = ["level_problem"]


def level_problem(wanted: SchemaLevel, recorded: str, lacking: int) -> str | None:
    """Return what is wrong with the level that the registry has, as a sentence; None if nothing is.

    An unknown level is not wrong: such a database is looked into whenever somebody migrates.

    :param wanted: the level of a database that is up to date.
    :param recorded: the level of this one by the registry.
    :param lacking: the number of migrations that it lacks.
    """
    age = wanted.age_of(recorded)
    if lacking:
        return (
            "The registry has it as up to date, so that `freehold migrate` does not look into it."
            if age is LevelAge.CURRENT
            else None
        )
    if age is LevelAge.OLDER:
        return "The registry has it at an older level: its standard objects may be those of an older version."
    if age is LevelAge.NEWER:
        return "The registry has it at the level of a newer version."
    return None
