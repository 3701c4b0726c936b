"""Parses one condition of a filter, from text or from JSON: field, operator and values."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from piccolo_engines.sort_keys import sort_key
from tenant_schema.objects.definitions.reserved import FILTER_WORDS
from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.date import DateType
from tenant_schema.objects.fields.datetime import DatetimeType
from tenant_schema.objects.fields.protocol import OPERATORS
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import MAX_NAME, ProblemCollector
from tenant_schema.records.query.days import days_condition
from tenant_schema.records.query.model import ALL, MAX_TEXT, MAX_VALUES, And, Condition, Filter, Me, Or
from tenant_schema.records.query.paths import Fields, candidates
from tenant_schema.records.query.relative_dates import Relative, RelativeDay, parse_relative
from tenant_schema.records.query.time_zones import UTC, Day, Zone
from tenant_schema.records.query.value_lists import MalformedList, split_values

__all__ = [
    "QueryProblems",
    "equals",
    "is_one_of",
    "json_condition",
    "known_field",
    "text_condition",
]

_MANY: Final = frozenset({"in", "nin", "between"})
_EQUALITY: Final = frozenset({"eq", "ne", "in", "nin"})
_OTHER_NAMES: Final = {
    "=": "eq", "==": "eq", "is": "eq", "!=": "ne", "neq": "ne", "not": "ne", "like": "contains",
    ">": "gt", ">=": "gte", "ge": "gte", "<": "lt", "<=": "lte", "le": "lte", "ilike": "icontains",
    "not_in": "nin", "notin": "nin", "isnull": "null", "is_null": "null", "range": "between",
}  # fmt: skip
"""What the operators are called elsewhere."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_Parse = Callable[[object, FieldModel, str], object]


class QueryProblems(ProblemCollector):
    """Collects the problems of a query.

    :ivar zone: the time zone of the days that the query names.
    :ivar callers_zone: whether relative dates are those of the caller's time zone: the query names none.
    :ivar of_rule: whether it is a row rule that is read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.zone: Zone = UTC
        self.callers_zone = True
        self.of_rule = False

    def group_in_another_case(self, where: str, name: str, fields: Fields) -> bool:
        """Return whether the name is a word by which filters are combined, in capital letters: then a
        problem.
        """
        lower = name.lower()
        if name == lower or lower not in FILTER_WORDS or name in fields:
            return False
        self.add(where, "unknown-field", f"There is no field {name!r}.", lower)
        return True


def known_field(name: str, where: str, fields: Fields, collector: ProblemCollector) -> FieldModel | None:
    """Return the field of that name or path, or None and a problem."""
    field = fields.get(name) if len(name) <= MAX_NAME else None
    if field is None:
        near = candidates(fields, name) if len(name) <= MAX_NAME and not collector.full else ()
        collector.unknown(where, "field", name, near)
    return field


def _has_operator(field: FieldModel, operator: str, where: str, collector: QueryProblems) -> bool:
    """Return whether the field can be filtered like that; when not, a problem."""
    if operator in field.type.operators:
        return True
    allowed = sorted(field.type.operators)
    if operator in OPERATORS:
        message = (
            f"A {field.type.name} field cannot be filtered with {operator}, only with {', '.join(allowed)}."
        )
        collector.add(where, "operator-not-allowed", message)
    elif (other := _OTHER_NAMES.get(operator.lower())) in field.type.operators:
        collector.add(where, "unknown-operator", f"There is no operator {operator!r}.", other)
    else:
        collector.unknown(where, "operator", operator, allowed)
    return False


def text_condition(
    name: str, operator: str, text: str, where: str, fields: Fields, collector: QueryProblems
) -> Filter | None:
    """Return a condition from a query string. Commas separate the values of in, nin and between, see
    :mod:`tenant_schema.records.query.value_lists`.

    A problem (and None) when the field or operator is unknown or a value does not fit.
    """
    field = known_field(name, where, fields, collector)
    if field is None or not _has_operator(field, operator, where, collector):
        return None
    if operator == "null":
        return _null_condition(name, {"true": True, "false": False}.get(text), where, collector)
    try:
        given = split_values(text, MAX_VALUES) if operator in _MANY else [text]
    except MalformedList as error:
        collector.add(where, "malformed", str(error))
        return None
    return _condition(name, field, operator, given, where, _text_operand, collector)


def json_condition(
    name: str,
    operator: str,
    value: object,
    where: str,
    fields: Fields,
    collector: QueryProblems,
) -> Filter | None:
    """Return a condition from JSON. The values of in, nin and between are a list.

    A problem (and None) when the field or operator is unknown or a value does not fit.
    """
    field = known_field(name, where, fields, collector)
    if field is None or not _has_operator(field, operator, where, collector):
        return None
    if operator == "null":
        return _null_condition(name, value, where, collector)
    if operator not in _MANY:
        return _condition(name, field, operator, [value], where, _json_operand, collector)
    if not isinstance(value, list):
        collector.add(where, "invalid-type", f"{operator} takes a list of values.")
        return None
    return _condition(name, field, operator, value, where, _json_operand, collector)


def _null_condition(name: str, value: object, where: str, collector: QueryProblems) -> Condition | None:
    """``null`` asks whether there is a value: true or false."""
    if isinstance(value, bool):
        return Condition(name, "null", value)
    collector.add(where, "invalid-value", "null takes true or false.")
    return None


def _condition(
    name: str,
    field: FieldModel,
    operator: str,
    given: Sequence[object],
    where: str,
    parse: _Parse,
    collector: QueryProblems,
) -> Filter | None:
    """Return the condition over the parsed values, unless there is a problem with their number or with one of
    them. In a list, a text that is no value stands for the records without one.
    """
    if not _right_number(operator, len(given), where, collector):
        return None
    if operator in _EQUALITY and any(field.type.is_missing(one) for one in given):
        there = [one for one in given if not field.type.is_missing(one)]
        found = _condition(name, field, operator, there, where, parse, collector) if there else ALL
        return None if found is None else _with_null(name, operator, found)
    values = [_operand(field, operator, one, where, parse, collector) for one in given]
    if any(value is None for value in values):
        return None
    if operator == "between" and _out_of_order(values):
        collector.add(where, "invalid-value", "between takes the smaller value first.")
        return None
    if any(isinstance(value, Day | RelativeDay) for value in values):
        return days_condition(name, operator, values)
    return _compared(name, field, operator, values)


def _with_null(name: str, operator: str, found: Filter) -> Filter:
    """Return a condition of equality with "no value" among its values; ``found`` is the one with the
    others.
    """
    if operator in {"ne", "nin"}:
        is_there = Condition(name, "null", False)
        return is_there if found == ALL else And((is_there, found))
    is_null = Condition(name, "null", True)
    return is_null if found == ALL else Or((is_null, found))


def _compared(name: str, field: FieldModel, operator: str, values: Sequence[object]) -> Condition:
    """Return the condition in the terms in which values of the type are compared."""
    compared = field.type.comparisons.get(operator)
    if compared is not None:
        operator_known, values = compared, [field.type.comparable(value) for value in values]
    else:
        operator_known = operator
    return Condition(name, operator_known, tuple(values) if operator in _MANY else values[0])


def equals(field: FieldModel, value: object) -> Condition:
    """Return the condition that a field's stored value equals this one."""
    return _compared(field.name, field, "eq", [value])


def is_one_of(field: FieldModel, values: Sequence[object]) -> Condition:
    """Return the condition that a field's stored value equals one of these."""
    return _compared(field.name, field, "in", values)


def _right_number(operator: str, number: int, where: str, collector: QueryProblems) -> bool:
    """Two values for between, 1 to :data:`MAX_VALUES` for in and nin."""
    if operator == "between" and number != 2:
        collector.add(where, "invalid-value", "between takes two values, the smaller first.")
        return False
    if not 1 <= number <= MAX_VALUES:
        collector.add(where, "too-many-values", f"{operator} takes 1 to {MAX_VALUES} values.")
        return False
    return True


def _out_of_order(values: Sequence[object]) -> bool:
    """Return whether the first of two values is the greater; values of one field compare with one another,
    but for Me and relative dates. Texts compare in their
    order.
    """
    if any(isinstance(value, Relative | RelativeDay) for value in values):
        return False
    low: Any = values[0].start if isinstance(values[0], Day) else values[0]
    high: Any = values[1].last if isinstance(values[1], Day) else values[1]
    low, high = [sort_key(value) if isinstance(value, str) else value for value in (low, high)]
    return not isinstance(low, Me) and not isinstance(high, Me) and bool(low > high)


def _operand(
    field: FieldModel, operator: str, given: object, where: str, parse: _Parse, collector: QueryProblems
) -> object:
    """Return one value in stored form, or None and a problem."""
    if given is None or given == "":
        collector.add(
            where, "empty-value", "There is no value here; the operator null asks for records without one."
        )
        return None
    if isinstance(given, str) and not _is_comparable(given):
        collector.add(
            where, "invalid-value", f"A value is Unicode text of at most {MAX_TEXT} characters without NUL."
        )
        return None
    if given == Me.ME.value and _refers_to_users(field):
        return Me.ME
    try:
        relative = _relative(given, field, collector)
        if relative is not None:
            return relative
        day = field.type.parse_day(given, field)
        return parse(given, field, operator) if day is None else collector.zone.day(day)
    except InvalidValue as error:
        collector.add(where, error.code, error.message, error.did_you_mean)
        return None


def _relative(given: object, field: FieldModel, collector: QueryProblems) -> Relative | RelativeDay | None:
    """Return the relative date that a value is; None for other values, and for other fields. For a field of
    moments it is the whole day, but for ``$now``. Raises InvalidValue.
    """
    if not isinstance(given, str) or not isinstance(field.type, DateType | DatetimeType):
        return None
    found = parse_relative(given)
    if found is None:
        return None
    zone = None if collector.callers_zone else collector.zone
    date = Relative(*found, zone=zone, of_rule=collector.of_rule)
    if isinstance(field.type, DateType):
        return date
    if date.name == "now":
        return replace(date, part="time")
    return RelativeDay(replace(date, part="start"), replace(date, part="end"))


def _is_comparable(text: str) -> bool:
    """Return whether a database can compare with the text: not endless, no NUL, no half of a surrogate
    pair.
    """
    return len(text) <= MAX_TEXT and "\0" not in text and (text.isascii() or _SURROGATE.search(text) is None)


def _refers_to_users(field: FieldModel) -> bool:
    """Return whether the field is a lookup to users, so that ``$me`` means something for it."""
    return field.type.name == "lookup" and field.settings.get("target") == "users"


def _text_operand(given: object, field: FieldModel, operator: str) -> object:
    """Return the stored form of a value from a query string."""
    return field.type.parse_text(str(given), field, operator)


def _json_operand(given: object, field: FieldModel, operator: str) -> object:
    """Return the stored form of a value from JSON."""
    return field.type.parse_operand(given, field, operator)
