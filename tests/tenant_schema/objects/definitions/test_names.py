"""Names keep a grammar, reserved words are refused, and physical names are given once."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piccolo_engines.columns import new_id
from piccolo_engines.identifiers import validate
from tenant_schema.objects.definitions.names import check_field_name, check_object_name, physical_name
from tenant_schema.objects.definitions.reserved import FILTER_WORDS
from tenant_schema.objects.errors import InvalidName
from tenant_schema.objects.model.runtime_table import attribute_name
from tenant_schema.objects.names import check_name

NAMES = st.from_regex(r"\A[a-z](?:_?[a-z0-9])*\Z").filter(lambda name: len(name) <= 40)


def refusal(check, name: str) -> str:
    with pytest.raises(InvalidName) as refused:
        check(name)
    assert refused.value.name == name
    return refused.value.code


@given(NAMES.filter(lambda name: not name.startswith(("sqlite", "innodb"))))
def test_names_of_the_grammar_are_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("sqlite", "sqlite_x", "sqlite_master", "sqlite_stat1", "innodb_trx", "mysql"),
        *("information_schema", "performance_schema", "db_row_id", "db_trx_id", "db_roll_ptr", "fts_doc_id"),
    ],
)
def test_what_a_database_calls_its_own_is_refused(name: str) -> None:
    for check in (check_object_name, check_field_name):
        assert refusal(check, name) == "reserved-name"


@pytest.mark.parametrize("name", ["sqlites", "my_sqlite_x", "mysql_version", "innodb"])
def test_what_only_looks_like_it_is_taken(name: str) -> None:
    assert check_object_name(name) == name


@given(st.text())
def test_every_other_text_is_refused(text: str) -> None:
    if not re.fullmatch(r"[a-z](_?[a-z0-9])*", text, re.ASCII):
        assert refusal(check_name, text) in {"invalid-name", "name-too-long"}


@pytest.mark.parametrize(
    "name", ["", "_a", "a_", "a__b", "A", "1a", "a-b", "a b", "ä", "a\n", "a.b", "deleted_at "]
)
def test_what_breaks_the_grammar_is_refused(name: str) -> None:
    assert refusal(check_name, name) == "invalid-name"


def test_a_name_has_at_most_40_characters() -> None:
    assert check_name("a" * 40)
    assert refusal(check_name, "a" * 41) == "name-too-long"


@pytest.mark.parametrize("name", sorted(FILTER_WORDS))
def test_words_of_filters_are_refused_for_fields(name: str) -> None:
    assert refusal(check_field_name, name) == "reserved-name"
    assert check_object_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["name", "type", "order", "group", "key", "from", "to", "rank", "class", "import", "default"],
)
def test_words_that_people_want_are_taken(name: str) -> None:
    assert check_field_name(name) == name


@pytest.mark.parametrize(
    "name", ["id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner", "deleted_at"]
)
def test_no_field_is_named_like_one_that_every_record_has(name: str) -> None:
    assert refusal(check_field_name, name) == "reserved-name"
    assert check_object_name(name) == name


@pytest.mark.parametrize("name", ["users", "roles", "objects", "apps"])
def test_no_object_is_named_like_what_every_tenant_has(name: str) -> None:
    assert refusal(check_object_name, name) == "reserved-name"
    assert check_field_name(name) == name


@given(NAMES)
def test_physical_names_are_valid_identifiers_and_never_a_reserved_word(name: str) -> None:
    physical = physical_name(name, new_id())
    assert validate(physical) == physical
    assert f"{name}_" in physical
    assert physical[-9] == "_"


def test_the_same_name_again_is_another_physical_name() -> None:
    assert physical_name("deals", new_id()) != physical_name("deals", new_id())


@given(NAMES)
def test_a_column_never_hides_an_attribute_of_piccolo(name: str) -> None:
    assert attribute_name(name) in {name, f"{name}_"}
    assert attribute_name("count") == "count_"
    assert attribute_name("reverse") == "reverse_"
