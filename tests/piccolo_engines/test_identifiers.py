"""Names that may enter SQL, and names that may not."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piccolo_engines.errors import InvalidIdentifier
from piccolo_engines.identifiers import MAX_LENGTH, quote, validate


@pytest.mark.parametrize("name", ["a", "_", "order", "Account_2", "tenant_my-shop", "x" * MAX_LENGTH])
def test_a_plain_name_is_quoted(name: str) -> None:
    assert quote(name) == f'"{name}"'


@pytest.mark.parametrize(
    "name", ["", "1st", "-a", "a b", 'a"b', "a;b", "a.b", "é", "a\n", "a\0", "x" * (MAX_LENGTH + 1), "\u0661"]
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        quote(name)
    assert caught.value.name == name


def test_a_refused_name_is_a_value_error_for_those_who_do_not_know_this_package() -> None:
    with pytest.raises(ValueError, match="is not a name for SQL"):
        validate("Robert'); DROP TABLE students;--")


def test_the_message_does_not_repeat_a_name_of_any_length() -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        validate("x" * 100_000)
    assert len(str(caught.value)) < 300


@settings(deadline=None)
@given(st.text(max_size=70))
def test_whatever_is_not_refused_names_one_column(name: str) -> None:
    try:
        quoted = quote(name)
    except InvalidIdentifier:
        return
    connection = sqlite3.connect(":memory:")
    cursor = connection.execute(f"SELECT 1 AS {quoted}")  # what is tested
    assert cursor.description[0][0] == name
    connection.close()
