"""``select``: one of the options that the field defines."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from piccolo.columns import Column

from tenant_schema.colours import COLOURS
from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import (
    EQUALITY,
    FieldSpec,
    FieldType,
    JsonSchema,
    text_column,
)
from tenant_schema.objects.fields.settings import Settings, SettingsReader
from tenant_schema.objects.fields.translations import LABELLED, read_translations
from tenant_schema.objects.fields.unicode import clean_text
from tenant_schema.problems import Problem, ProblemCollector, suggestion

__all__ = ["SelectType", "archived_values", "option_of", "option_values"]

_LONGEST = 100
_MOST_OPTIONS = 500
_MOST_NAMED = 20
"""Options that a refusal names."""
_LONGEST_LIST = 900
"""Characters of their names together."""
_MOST_TRANSLATED = 5_000
"""Labels of the options in other languages, together: definitions are kept in memory."""
_PROPERTIES = frozenset({"value", "label", "color", "archived", "translations"})
_VALUE = re.compile(r"(?! )[^,\"\\\x00-\x1f\x7f]{1,100}(?<! )")


class SelectType(FieldType):
    """One of ``options``: ``[{"value": "won", "label": "Won", "color": "green"}]``; a plain text is its own
    label. Records keep the options that are ``archived``; they cannot be chosen newly.

    Values contain no comma (filters separate values by commas), no quote and no backslash (``multi_select``
    searches for them in JSON), and differ in more than case (some databases ignore it in comparisons).
    """

    name = "select"
    label = "Choice"
    operators = EQUALITY
    collated = True

    def parse_settings(self, raw: Mapping[str, object]) -> tuple[Settings, list[Problem]]:
        reader = SettingsReader(raw)
        _read_options(reader)
        return reader.finish()

    def kept_length(self, _field: FieldSpec) -> int | None:
        return _LONGEST

    def column(self, field: FieldSpec) -> Column:
        return text_column(_LONGEST, field)

    def is_missing(self, value: object) -> bool:
        """Whether the text is empty or blank."""
        return isinstance(value, str) and not value.strip()

    def parse(self, value: object, field: FieldSpec) -> str:
        return option_of(value, field)

    def verbatim(self, field: FieldSpec) -> Callable[[str], object] | None:
        return frozenset(one for one in option_values(field) if not self.is_missing(one)).__contains__

    def parse_text(self, text: str, field: FieldSpec, _operator: str = "eq") -> str:
        return option_of(text, field)

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "enum": option_values(field)}

    def chosen(self, value: str) -> Iterable[str]:
        """The options in a stored value."""
        return (value,)

    def example(self, field: FieldSpec) -> object:
        return _choosable(field)[0]


def option_values(field: FieldSpec) -> list[str]:
    """Return the values of the options, in order, archived ones included."""
    return [option["value"] for option in field.settings["options"]]


def archived_values(field: FieldSpec) -> frozenset[str]:
    """Return the values that may not be chosen newly."""
    return frozenset(option["value"] for option in field.settings["options"] if option.get("archived"))


def _choosable(field: FieldSpec) -> list[str]:
    return [option["value"] for option in field.settings["options"] if not option.get("archived")]


def option_of(value: object, field: FieldSpec) -> str:
    """Return the value if it is an option. Raises :class:`InvalidValue` with the options and the most similar
    one.
    """
    text = clean_text(value, _LONGEST)
    for option in field.settings["options"]:
        if option["value"] == text:
            return text
    values = option_values(field)
    raise InvalidValue("not-an-option", _message(values), suggestion(text, values))


def _message(values: Sequence[str]) -> str:
    """The allowed values; of many options the first that fit into a message."""
    named: list[str] = []
    for value in values[:_MOST_NAMED]:
        if len(", ".join([*named, value])) > _LONGEST_LIST:
            break
        named.append(value)
    more = len(values) - len(named)
    return f"must be one of: {', '.join(named)}{f' and {more} more' if more else ''}"


def _read_options(reader: SettingsReader) -> None:
    given = reader.given("options")
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST_OPTIONS:
        reader.refuse("options", "options-missing", f"must be a list of 1 to {_MOST_OPTIONS} options")
        return
    read = [_read_option(reader, position, option) for position, option in enumerate(given)]
    options = [option for option in read if option]
    reader.keep("options", options)
    _refuse_doubles(reader, [option["value"] for option in options])
    if options and all(option.get("archived") for option in options):
        reader.refuse("options", "options-missing", "must have an option that is not archived")
    if sum(len(option.get("translations", ())) for option in options) > _MOST_TRANSLATED:
        message = f"must have at most {_MOST_TRANSLATED:,} labels in other languages, together"
        reader.refuse("options", "too-many-translations", message)


def _read_option(reader: SettingsReader, position: int, given: Any) -> dict[str, Any] | None:
    where = f"options.{position}"
    option = {"value": given} if isinstance(given, str) else given
    if not isinstance(option, dict) or not option.keys() <= _PROPERTIES:
        message = "must be a text, or an object of value, label, color, archived and translations"
        reader.refuse(where, "not-an-option", message)
        return None
    try:
        value = clean_text(option.get("value"), _LONGEST)
        label = clean_text(option.get("label", value), _LONGEST)
    except InvalidValue as error:
        reader.refuse(where, error.code, error.message)
        return None
    if _VALUE.fullmatch(value) is None or not 1 <= len(label) <= _LONGEST:
        message = (
            "must have a value and a label of 1 to 100 characters, no comma, quote or backslash in the value"
        )
        reader.refuse(where, "invalid-option", message)
        return None
    return {"value": value, "label": label, **_read_extras(reader, where, option)}


def _read_extras(reader: SettingsReader, where: str, option: Mapping[str, Any]) -> dict[str, Any]:
    """Read what most options have not; null and false are left out."""
    extras: dict[str, Any] = {}
    if (colour := option.get("color")) is not None:
        if colour not in COLOURS:
            near = suggestion(colour, COLOURS) if isinstance(colour, str) else None
            reader.refuse(f"{where}.color", "unknown-colour", f"must be one of: {', '.join(COLOURS)}", near)
        extras["color"] = colour
    if (archived := option.get("archived")) is not None:
        if not isinstance(archived, bool):
            reader.refuse(f"{where}.archived", "wrong-type", "must be true or false")
        extras |= {"archived": True} if archived is True else {}
    if (translations := option.get("translations")) is not None:
        found = ProblemCollector()
        if read := read_translations(f"{where}.translations", translations, LABELLED, found):
            extras["translations"] = read
        for one in found.problems:
            reader.refuse(one.field, one.code, one.message, one.did_you_mean)
    return extras


def _refuse_doubles(reader: SettingsReader, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if (folded := value.casefold()) in seen:
            reader.refuse(
                "options", "duplicate-option", f"{value!r} is there twice (upper and lower case are the same)"
            )
        seen.add(folded)
