"""Decisions parse the settings of the fields that change, and no others."""

from collections.abc import Callable

import pytest

from tenant_schema.objects.changes.decide.decisions import (
    Decision,
    decide_adding_field,
    decide_changing_field,
    decide_changing_object,
    decide_creating,
    decide_dropping_field,
)
from tenant_schema.objects.changes.decide.definitions import Definitions
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.fields.settings import SettingsReader

FIELDS = tuple(FieldDraft(name=f"f{at}", label="F", type="text") for at in range(20))
WIDE = ObjectDraft(name="wide", label="Wide", plural_label="Wides", fields=FIELDS)
STAGE = FieldDraft(name="stage", label="Stage", type="select", settings={"options": ["new", "won"]})


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The settings that are parsed from here on."""
    found: list[object] = []
    finish = SettingsReader.finish

    def counted(reader: SettingsReader) -> object:
        found.append(reader)
        return finish(reader)

    monkeypatch.setattr(SettingsReader, "finish", counted)
    return found


@pytest.mark.parametrize(
    ("decide", "times"),
    [
        (lambda now: decide_adding_field(now, "wide", STAGE), 1),
        (lambda now: decide_changing_field(now, "wide", "f3", {"label": "Third"}), 1),
        (lambda now: decide_changing_field(now, "wide", "f3", {"settings": {"maxLength": 300}}), 1),
        (lambda now: decide_changing_object(now, "wide", {"label": "Wider"}), 0),
        (lambda now: decide_dropping_field(now, "wide", "f3"), 0),
    ],
    ids=["add field", "label of a field", "settings of a field", "label of the object", "drop field"],
)
def test_only_a_field_that_changes_is_parsed(
    decide: Callable[[Definitions], Decision], times: int, parsed: list[object]
) -> None:
    now = Definitions([object_rows(WIDE)])
    parsed.clear()
    decide(now)
    assert len(parsed) == times


def test_a_new_object_parses_each_field_once(parsed: list[object]) -> None:
    fields = tuple(FieldDraft(name=one.name, label="F", type="text") for one in FIELDS)
    draft = ObjectDraft(name="wide", label="Wide", plural_label="Wides", fields=fields)
    decide_creating(Definitions([]), draft)
    assert len(parsed) == len(FIELDS)
