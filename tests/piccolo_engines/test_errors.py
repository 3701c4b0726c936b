"""The error tree: a code and a message for each, and no more told than is known."""

import pytest

from piccolo_engines import errors

CLASSES = [getattr(errors, name) for name in errors.__all__]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [cls.code for cls in CLASSES]
    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and "_" not in code for code in codes)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_is_a_database_error(cls: type[Exception]) -> None:
    assert issubclass(cls, errors.DatabaseError)


def test_the_tree_that_is_drawn_is_the_tree_that_is() -> None:
    drawn = [line for line in (errors.__doc__ or "").splitlines() if "──" in line]
    names = [line.replace("│", " ").split("── ")[1].split()[0] for line in drawn]
    assert sorted([*names, "DatabaseError"]) == sorted(errors.__all__)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (errors.EngineNotBound("tenant"), "No database is bound to 'tenant', and there is no default"),
        (errors.UniqueViolation("band", ["name", "year"]), "the same value of band(name, year)."),
        (errors.UniqueViolation(), "Another row has the same value."),
        (errors.NotNullViolation("name"), "The column name needs a value."),
        (errors.NotNullViolation(), "A column needs a value."),
        (errors.CheckViolation("positive"), "The check positive does not hold."),
        (errors.CheckViolation(), "A check does not hold."),
        (errors.DataTooLong("name"), "The value of name is too long."),
        (errors.DataTooLong(), "A value is too long."),
        (errors.PoolTimeout(2.0), "within 2 s"),
    ],
)
def test_messages_are_built_from_facts(error: errors.DatabaseError, message: str) -> None:
    assert message in str(error)
