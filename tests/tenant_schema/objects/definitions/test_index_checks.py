"""What can be an index of an object, and what its fields have to be stored like."""

import pytest

from tenant_schema.objects.definitions.checks import check_object, object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.definitions.index_checks import index_problems
from tenant_schema.objects.model.object_indexes import ObjectIndex
from tests.tenant_schema.objects.changes.drafts import field

FIELDS = (
    field("title"),
    field("wide", settings={"maxLength": 700}),
    field("code", indexed=True),
    field("body", "long_text"),
    field("number", "phone"),
)


def draft(*indexes: ObjectIndex, fields: tuple[FieldDraft, ...] = FIELDS) -> ObjectDraft:
    return ObjectDraft(name="things", label="Thing", plural_label="Things", fields=fields, indexes=indexes)


@pytest.mark.parametrize(
    ("index", "code"),
    [
        (ObjectIndex(("titel",)), "unknown-field"),
        (ObjectIndex(("id",)), "unknown-field"),
        (ObjectIndex(()), "wrong-length"),
        (ObjectIndex(("title", "-title")), "duplicate-field"),
        (ObjectIndex(("title",), unique=True), "one-field"),
        (ObjectIndex(("code",)), "duplicate-index"),
        (ObjectIndex(("-created_at",)), "duplicate-index"),
        (ObjectIndex(("body", "code")), "not-indexable"),
        (ObjectIndex(("created_by", "code")), "not-indexable"),
        (ObjectIndex(("title", "wide"), unique=True), "index-too-long"),
        (ObjectIndex(("number", "code"), unique=True), "not-unique"),
    ],
)
def test_what_no_index_can_be_is_refused(index: ObjectIndex, code: str) -> None:
    assert [(one.field, one.code) for one in check_object(draft(index), ())] == [("indexes.0", code)]


def test_a_packed_text_cannot_be_in_an_index() -> None:
    packed = draft(ObjectIndex(("title", "code")), fields=(field("title", storage="packed"), FIELDS[2]))
    assert [one.code for one in index_problems(packed)] == ["kept-apart"]


def test_texts_in_an_index_have_sort_keys_and_in_a_unique_one_are_as_they_are() -> None:
    _, rows = object_rows(
        draft(ObjectIndex(("title", "updated_at")), ObjectIndex(("wide", "version"), unique=True))
    )
    found = {row.name: (row.sort_key, row.storage) for row in rows}
    assert found["title"] == (True, "")
    assert found["wide"] == (False, "")  # and not a LONGTEXT
