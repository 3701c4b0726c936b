"""Conditions that compare a moment with a date: the date stands for the whole day."""

from collections.abc import Sequence

from tenant_schema.records.query.model import NOTHING, And, Condition, Filter, Not, Or
from tenant_schema.records.query.relative_dates import RelativeDay
from tenant_schema.records.query.time_zones import Day

__all__ = ["days_condition"]


def days_condition(field: str, operator: str, values: Sequence[object]) -> Filter:
    """Return a comparison with days, or with days and moments, as one with moments alone."""
    if operator == "between":
        low, high = values
        return And((_bound(field, "gte", low), _bound(field, "lte", high)))
    if operator in {"eq", "in"}:
        return _any_of(field, values)
    if operator in {"ne", "nin"}:
        return Not(_any_of(field, values))
    return _bound(field, operator, values[0])


def _any_of(field: str, values: Sequence[object]) -> Filter:
    """Within one of the days, or equal to one of the moments."""
    moments = tuple(value for value in values if not isinstance(value, Day | RelativeDay))
    days = [value for value in dict.fromkeys(values) if isinstance(value, Day | RelativeDay)]
    terms = [_within(field, value) for value in days]
    # filters of many lengths share a few statements, as those with lists of values do
    terms += terms[-1:] * ((1 << (len(terms) - 1).bit_length()) - len(terms))
    if moments:
        terms.append(Condition(field, "in", moments))
    return terms[0] if len(terms) == 1 else Or(tuple(terms))


def _within(field: str, day: Day | RelativeDay) -> Filter:
    return And((_bound(field, "gte", day), _bound(field, "lte", day)))


def _bound(field: str, operator: str, value: object) -> Filter:
    """Return one comparison. After the last day of the calendar there is nothing."""
    if not isinstance(value, Day | RelativeDay):
        return Condition(field, operator, value)
    if operator in {"lt", "gte"}:
        return Condition(field, operator, value.start)
    if value.end is None:
        return NOTHING if operator == "gt" else Condition(field, "null", False)
    return Condition(field, {"gt": "gte", "lte": "lt"}[operator], value.end)
