"""Problems are carried all at once, and an unknown name gets a suggestion."""

import pytest

from tenant_schema.problems import InvalidInput, Problem, suggestion


def test_an_invalid_input_carries_every_problem() -> None:
    problems = [Problem("name", "required", "A name is needed."), Problem("age", "too-small", "At least 0.")]

    error = InvalidInput(problems)

    assert error.problems == tuple(problems)
    assert str(error) == "name: A name is needed.; age: At least 0."
    assert error.code == "validation"


@pytest.mark.parametrize(
    ("name", "meant"), [("nmae", "name"), ("phnoe", "phone"), ("name", "name"), ("xyzzy", None), ("", None)]
)
def test_a_name_is_suggested_when_it_is_close(name: str, meant: str | None) -> None:
    assert suggestion(name, ["name", "phone"]) == meant
