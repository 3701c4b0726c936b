"""Refuses archived options that a record does not have yet. Those that it has stay valid."""

from collections.abc import Iterable, Mapping
from typing import Any

from tenant_schema.objects.fields.select import SelectType, archived_values
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem
from tenant_schema.records.access.target import Target

__all__ = ["problems_of_archived", "with_archived"]


def problems_of_archived(
    target: Target, values: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Return a problem for each of the values, in stored form, that chooses an archived option.

    :param before: the record as it is; None for a new one.
    """
    found = []
    for field, archived in target.plan(lambda: with_archived(target.model.fields.values()), "archived"):
        if values.get(field.name) is None:
            continue
        chosen = archived.intersection(_options_of(field, values[field.name]))
        if before is not None and before.get(field.name) is not None:
            chosen = chosen.difference(_options_of(field, before[field.name]))
        if chosen:
            message = f"{', '.join(sorted(chosen))} is archived: records keep it, and no other gets it."
            found.append(Problem(field.name, "option-archived", message))
    return found


def with_archived(fields: Iterable[FieldModel]) -> list[tuple[FieldModel, frozenset[str]]]:
    """Return the fields with archived options, and these: hardly any."""
    return [
        (field, archived)
        for field in fields
        if isinstance(field.type, SelectType) and (archived := archived_values(field))
    ]


def _options_of(field: FieldModel, value: str) -> frozenset[str]:
    assert isinstance(field.type, SelectType)
    return frozenset(field.type.chosen(value))
