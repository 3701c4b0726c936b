"""``boolean`` keeps true and false, and nothing that only looks like them."""

import pytest

from tenant_schema.objects.errors import InvalidValue
from tests.tenant_schema.objects.fields.making import make_field, parse, refusal


def test_true_and_false_are_kept() -> None:
    field = make_field("boolean")
    assert parse(field, True) is True
    assert parse(field, False) is False
    assert field.type.parse_text("true", field) is True
    assert field.type.parse_text("false", field) is False


@pytest.mark.parametrize("given", [None, 0, 1, "true", "", []])
def test_what_only_looks_like_them_is_refused(given: object) -> None:
    assert refusal(make_field("boolean"), given) == "not-a-boolean"


@pytest.mark.parametrize("text", ["", "1", "True", "yes"])
def test_filters_spell_them_out(text: str) -> None:
    field = make_field("boolean")
    with pytest.raises(InvalidValue):
        field.type.parse_text(text, field)
