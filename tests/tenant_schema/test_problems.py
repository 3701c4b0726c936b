"""Problems are carried all at once, and an unknown name gets a suggestion."""

import random
import time
from collections.abc import Iterator

import pytest

from tenant_schema.problems import (
    MAX_NAME,
    SUGGESTIONS,
    InvalidInput,
    Problem,
    ProblemCollector,
    SuggestionBudget,
    suggestion,
)


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


def test_a_name_that_differs_in_capital_letters_is_suggested() -> None:
    assert suggestion("NAME", ["same", "name", "phone"]) == "name"


def test_among_many_names_the_same_one_is_suggested_as_among_all_of_them() -> None:
    names = [f"custom_field_number_{number}" for number in range(1_000)]
    assert suggestion("custom_feild_number_613", names) == "custom_field_number_613"


def test_problems_beyond_fifty_are_counted() -> None:
    error = InvalidInput([Problem(f"f{number}", "x", "X.") for number in range(60)])
    assert (len(error.problems), error.left_out) == (50, 10)


def test_a_collector_keeps_fifty_problems_and_its_error_counts_the_rest() -> None:
    found = ProblemCollector()
    for number in range(60):
        found.add(f"f{number}", "x", "X.")
    found.count(5)
    error = InvalidInput(found.problems)
    assert (len(error.problems), error.left_out) == (50, 15)


def test_long_names_and_messages_are_cut() -> None:
    problem = Problem("f" * 5_000, "x", "m" * 5_000, "s" * 5_000)
    assert len(problem.field) == MAX_NAME
    assert len(problem.message) == 1_000
    assert problem.did_you_mean is None


@pytest.fixture
def in_a_request() -> Iterator[None]:
    token = SUGGESTIONS.set(SuggestionBudget())
    yield
    SUGGESTIONS.reset(token)


@pytest.mark.usefixtures("in_a_request")
def test_a_request_gets_twenty_suggestions_and_each_of_them_again() -> None:
    names = [f"field_{number}" for number in range(30)]
    found = [suggestion(f"feild_{number}", names) for number in range(30)]
    assert found[:20] == names[:20]
    assert set(found[20:]) == {None}
    assert suggestion("feild_3", names) == "field_3"
    assert suggestion("feild_3", ["other"]) is None


@pytest.mark.usefixtures("in_a_request")
@pytest.mark.parametrize("letters", ["ab", "abcdefgh"])
def test_the_suggestions_of_a_request_take_little_time_whatever_the_names(letters: str) -> None:
    """Names of few letters are all alike, which is the most work."""
    choose = random.Random(7)
    names = ["".join(choose.choices(letters, k=48)) for _ in range(100_000)]
    started = time.thread_time()
    for at in range(1_000):
        suggestion(names[at], names[1_000 + 90 * at : 1_090 + 90 * at])
    assert time.thread_time() - started < 0.2


def test_a_name_of_any_length_is_no_work() -> None:
    started = time.thread_time()
    assert suggestion("a" * 10_000_000, ["name"]) is None
    assert time.thread_time() - started < 0.01
