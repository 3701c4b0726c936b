"""Definitions are checked as a whole, and every problem is told."""

from dataclasses import replace

import pytest

from tenant_schema.objects.definitions.checks import check_object, object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.problems import InvalidInput

STAGE = FieldDraft(
    name="stage", label="Stage", type="select", settings={"options": ["new", "won"]}, default="new"
)
ACCOUNT = FieldDraft(name="account", label="Account", type="lookup", settings={"target": "accounts"})
DEALS = ObjectDraft(name="deals", label="Deal", plural_label="Deals", fields=(STAGE, ACCOUNT))


def problems_of(draft: ObjectDraft) -> dict[str, str]:
    return {problem.field: problem.code for problem in check_object(draft, {"accounts"})}


def problems_of_field(**facts) -> dict[str, str]:
    draft = FieldDraft(**{"name": "extra", "label": "Extra", "type": "text", **facts})
    return problems_of(replace(DEALS, fields=(STAGE, draft)))


def test_a_sound_definition_has_no_problems() -> None:
    assert problems_of(DEALS) == {}


def test_every_problem_of_an_object_is_told() -> None:
    wrong = ObjectDraft(
        name="users",
        label="",
        plural_label="x" * 101,
        description="\x00",
        fields=(
            FieldDraft(name="owner", label="Owner", type="txt"),
            FieldDraft(name="a", label="A", type="decimal", settings={"precision": 99, "scal": 1}),
            FieldDraft(name="a", label="B", type="json", unique=True),
        ),
    )
    assert problems_of(wrong) == {
        "name": "reserved-name",
        "label": "wrong-length",
        "pluralLabel": "wrong-length",
        "description": "nul-character",
        "fields.0.name": "reserved-name",
        "fields.0.type": "unknown-type",
        "fields.1.settings.precision": "out-of-range",
        "fields.1.settings.scal": "unknown-setting",
        "fields.2.name": "duplicate-name",
        "fields.2.unique": "not-indexable",
    }


def test_an_unknown_word_comes_with_the_one_that_was_meant() -> None:
    draft = replace(
        DEALS,
        fields=(
            FieldDraft(name="a", label="A", type="txt"),
            replace(ACCOUNT, settings={"target": "account"}),
        ),
    )
    assert [problem.did_you_mean for problem in check_object(draft, {"accounts"})] == ["text", "accounts"]


@pytest.mark.parametrize("target", ["deals", "users", "accounts"])
def test_a_lookup_may_look_into_itself_users_and_what_there_is(target: str) -> None:
    assert problems_of_field(type="lookup", settings={"target": target}) == {}


def test_a_lookup_into_nothing_is_refused() -> None:
    assert problems_of_field(type="lookup", settings={"target": "nowhere"}) == {
        "fields.1.settings.target": "unknown-object"
    }


def test_a_default_must_fit_its_field() -> None:
    assert problems_of_field(type="integer", default=5) == {}
    assert problems_of_field(type="integer", default="five") == {"fields.1.default": "not-an-integer"}
    assert problems_of_field(default="x", unique=True) == {"fields.1.default": "default-not-unique"}


def test_what_is_too_long_for_an_index_is_neither_unique_nor_indexed() -> None:
    found = problems_of_field(settings={"maxLength": 1000}, unique=True, indexed=True)
    assert found == {"fields.1.unique": "not-indexable", "fields.1.indexed": "not-indexable"}


def test_rows_hold_complete_settings_and_physical_names() -> None:
    row, (stage, account) = object_rows(DEALS)
    assert row.table_name.startswith("deals_")
    assert stage.column_name.startswith("stage_")
    assert stage.settings["options"][0] == {"value": "new", "label": "new"}
    assert account.settings == {"target": "accounts", "onDelete": "set_null"}
    assert (stage.position, account.position, stage.object) == (0, 1, row.id)


def test_standard_objects_have_the_physical_names_that_migrations_gave() -> None:
    row, (stage, _) = object_rows(DEALS, standard=True)
    assert (row.table_name, stage.column_name) == ("deals", "stage")


def test_rows_are_not_made_of_wrong_settings() -> None:
    with pytest.raises(InvalidInput):
        object_rows(replace(DEALS, fields=(replace(ACCOUNT, settings={}),)))
