"""``phone`` keeps one number as people write it."""

import pytest

from tests.tenant_schema.objects.fields.making import make_field, parse, refusal


@pytest.mark.parametrize(
    "given", ["+49 30 123456", "(212) 555-0100", "212.555.0100 x12", "110", "+1 (212) 555-0100 ext. 3"]
)
def test_numbers_are_kept_as_they_are(given: str) -> None:
    assert parse(make_field("phone"), given) == given


@pytest.mark.parametrize(
    "given", ["", "12", "call me", "++49 30", "1" * 16, "٠١٢٣٤", "123\n", "555-0100 x", "1    23456"]
)
def test_everything_else_is_refused(given: str) -> None:
    assert refusal(make_field("phone"), given) == "not-a-phone-number"


def test_a_hostile_number_is_refused_in_no_time() -> None:
    assert refusal(make_field("phone"), "(" * 40) == "not-a-phone-number"
