"""``lookup`` keeps the id of another record."""

from uuid import UUID

import pytest

from tests.tenant_schema.objects.fields.making import make_field, parse, problems_of, refusal

ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"


def test_an_id_is_kept() -> None:
    assert parse(make_field("lookup"), ID) == parse(make_field("lookup"), ID.upper()) == UUID(ID)


@pytest.mark.parametrize(
    "given", [None, 5, "", ID[:-1], ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", ID + "\n", {"id": ID}]
)
def test_what_is_no_id_is_refused(given: object) -> None:
    assert refusal(make_field("lookup"), given) == "not-an-id"


def test_settings_name_the_target_and_what_its_end_means() -> None:
    assert make_field("lookup", target="users").settings == {"target": "users", "onDelete": "set_null"}
    assert problems_of("lookup") == {"target": "target-missing"}
    assert problems_of("lookup", target="No", onDelete="explode") == {
        "target": "invalid-name",
        "onDelete": "not-an-option",
    }
    assert problems_of("lookup", target="select") == {}
