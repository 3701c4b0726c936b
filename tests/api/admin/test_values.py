"""What forms send, read as what columns are; and what of it differs from the row."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.admin.columns import Column, TableSchema
from api.admin.errors import in_form, in_table
from api.admin.listing import parse_listing
from api.admin.values import accept, changed
from api.errors import InvalidBody, InvalidQuery
from piccolo_engines import errors as engines

COLUMNS = [
    Column(name="name", title="Name", required=True, nullable=False),
    Column(name="age", title="Age", type="integer"),
    Column(name="rate", title="Rate", type="number"),
    Column(name="good", title="Good", type="boolean"),
    Column(name="kind", title="Kind", choices={"a": "A", "b": "B"}),
    Column(name="many", title="Many", type="array", choices={"x": "X", "y": "Y"}),
    Column(name="more", title="More", widget="json", filterable=False, sortable=False),
    Column(name="at", title="At", format="date-time"),
    Column(name="owner", title="Owner", format="uuid", to="users"),
]
SCHEMA = TableSchema(title="Thing", columns=COLUMNS, link="name")
BY_NAME = SCHEMA.by_name


@pytest.mark.parametrize(
    ("name", "given_value", "value"),
    [
        ("age", "42", 42),
        ("age", 42, 42),
        ("age", "", None),
        ("rate", "1.50", "1.50"),
        ("good", "true", True),
        ("good", False, False),
        ("kind", "a", "a"),
        ("kind", "", None),
        ("many", ["x", ""], ["x"]),
        ("more", '{"a": [1]}', {"a": [1]}),
        ("more", None, None),
        ("owner", "", None),
    ],
)
def test_text_becomes_what_the_column_is(name: str, given_value: Any, value: Any) -> None:
    assert accept(COLUMNS, {name: given_value}, whole=False) == {name: value}


@pytest.mark.parametrize(
    ("name", "given_value"),
    [
        ("name", ""),
        ("name", None),
        ("name", 5),
        ("age", "4.5"),
        ("age", True),
        ("age", "9" * 99),
        ("good", "yes"),
        ("kind", "c"),
        ("many", ["z"]),
        ("many", "x"),
        ("more", "{"),
        ("nmae", "x"),
    ],
)
def test_what_does_not_fit_is_told_under_its_name(name: str, given_value: Any) -> None:
    with pytest.raises(InvalidBody) as raised:
        accept(COLUMNS, {name: given_value}, whole=False)
    assert [problem.field for problem in raised.value.problems] == [name]


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidBody) as raised:
        accept(COLUMNS, {"age": "x", "kind": "y"})
    assert {problem.field for problem in raised.value.problems} == {"name", "age", "kind"}


ROW = {
    "name": "A",
    "age": 5,
    "good": True,
    "more": '{"a":1}',
    "at": "2026-02-28T12:30:00.250999Z",
    "many": [],
}


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ({"name": "A", "age": "5", "good": "true", "more": '{\n "a": 1}', "many": []}, set()),
        ({"at": "2026-02-28T12:30:00.250Z"}, set()),
        ({"at": "2026-02-28T13:30:00.250+01:00"}, set()),
        ({"at": "2026-02-28T12:30:00.251Z"}, {"at"}),
        ({"name": "B", "age": "", "good": "false"}, {"name", "age", "good"}),
        ({"kind": "", "owner": None}, set()),
        ({"unknown": 1}, {"unknown"}),
    ],
)
def test_only_what_differs_from_the_row_is_a_change(form: dict[str, Any], names: set[str]) -> None:
    assert set(changed(BY_NAME, form, ROW)) == names


words = st.text(max_size=30) | st.sampled_from(
    [*BY_NAME, "__order", "__page", "age__operator", "name__match"]
)


@given(st.lists(st.tuples(words, words), max_size=6))
def test_a_list_is_understood_or_refused_and_names_only_what_there_is(pairs: list[tuple[str, str]]) -> None:
    try:
        listing = parse_listing(pairs, SCHEMA)
    except InvalidQuery:
        return
    assert {term.column.name for term in listing.terms} <= set(SCHEMA.filterable)
    assert {name for name, _ in listing.order} <= set(SCHEMA.sortable)
    assert set(listing.columns) <= set(BY_NAME)
    assert 1 <= listing.page_size <= 1000


def test_part_of_a_text_is_looked_for_unless_told_otherwise() -> None:
    operators = [
        parse_listing(pairs, SCHEMA).terms[0].operator
        for pairs in (
            [("name", "a")],
            [("name", "a"), ("name__match", "exact")],
            [("name", "a"), ("name__match", "starts")],
            [("kind", "a")],
            [("age", "1"), ("age__operator", "gte")],
            [("age__operator", "is_null")],
        )
    ]
    assert operators == ["icontains", "eq", "startswith", "eq", "gte", "null"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (engines.UniqueViolation("accounts", ["name"]), 409),
        (engines.ForeignKeyViolation(), 409),
        (engines.NotNullViolation("accounts.name", "accounts"), 422),
        (engines.CheckViolation("positive"), 409),
        (engines.DataTooLong("name"), 422),
        (engines.UnstorableValue(), 422),
        (engines.LockTimeout(), 503),
        (engines.Deadlock(), 503),
    ],
)
def test_an_error_of_the_database_is_a_sentence_in_both_kinds_of_form(error: Exception, status: int) -> None:
    error.__cause__ = RuntimeError("1062 Duplicate entry 'secret' for key 'x'")
    row, form = in_table(error, "id"), in_form(error, "id")
    assert row is not None
    assert form is not None
    assert (row.status, form.status) == (status, 422)
    for answer in (row, form):
        assert b"1062" not in answer.body
        assert b"secret" not in answer.body
        assert answer.body.strip(b'"{}')


def test_what_nobody_expected_is_left_to_the_log() -> None:
    assert in_table(RuntimeError("x"), "id") is None
    assert in_form(engines.StatementError(), "id") is None
