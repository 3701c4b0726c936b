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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+49 30 123456", "+49 (30) 12-34.56"),
        ("212.555.0100 x12", "(212) 555-0100 ext. 12"),
        ("212 555 0100#12", "2125550100ext12"),
    ],
)
def test_two_ways_of_writing_a_number_are_equal(one: str, other: str) -> None:
    kind = make_field("phone").type
    assert kind.comparable(one) == kind.comparable(other)


@pytest.mark.parametrize("other", ["49 30 123456", "+49 30 1234567", "+49 30 123456 x1"])
def test_other_numbers_are_not(other: str) -> None:
    kind = make_field("phone").type
    assert kind.comparable("+49 30 123456") != kind.comparable(other)


def test_a_hostile_number_is_refused_in_no_time() -> None:
    assert refusal(make_field("phone"), "(" * 40) == "not-a-phone-number"
