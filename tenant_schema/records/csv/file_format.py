"""The options of an import that describe the file. An option that is not given is detected."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from tenant_schema.problems import Problem, suggestion
from tenant_schema.records.csv.dates import DateFormat, date_format
from tenant_schema.records.csv.numbers import NumberFormat, decimal_mark, number_format, thousands_mark
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.export_format import read_delimiter
from tenant_schema.records.query.time_zones import UnknownZone, zone_of

__all__ = [
    "BLANKS",
    "BOOLEANS",
    "ENCODINGS",
    "MOST_ABOVE",
    "NO_VALUE",
    "CsvFormat",
    "read_format",
]

MOST_ABOVE: Final = 1_000
"""The maximum number of blank lines above the head."""
BLANKS: Final = " \u00a0\u202f\ufeff"
"""Characters that are trimmed around cells."""

ENCODINGS: Final[Mapping[str, str]] = {
    "utf-8": "utf-8", "utf8": "utf-8", "utf-8-sig": "utf-8", "utf-16": "utf-16", "utf16": "utf-16",
    "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "windows-1250": "cp1250", "windows-1251": "cp1251", "windows-1252": "cp1252", "windows-1253": "cp1253",
    "windows-1254": "cp1254", "windows-1257": "cp1257", "cp1252": "cp1252", "ansi": "cp1252",
    "latin1": "cp1252", "latin-1": "cp1252", "iso-8859-1": "cp1252", "iso-8859-2": "iso8859-2",
    "iso-8859-15": "iso8859-15", "macintosh": "mac-roman", "ibm850": "cp850", "koi8-r": "koi8-r",
    "shift_jis": "cp932", "gb18030": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "euc-kr": "cp949",
    "euc-jp": "euc-jp",
}  # fmt: skip
"""Python codecs by encoding name. ISO 8859-1 is read as Windows-1252, as in browsers
(https://encoding.spec.whatwg.org/#names-and-labels).
"""

BOOLEANS: Final[Mapping[str, bool]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *(
                    "true",
                    "yes",
                    "y",
                    "t",
                    "1",
                    "1.0",
                    "on",
                    "x",
                    "✓",
                    "✔",
                    "☑",
                    "ja",
                    "j",
                    "oui",
                    "si",
                    "sí",
                    "sim",
                ),
                *("wahr", "vrai", "verdadero", "vero", "verdadeiro", "waar", "tak", "da"),
            ),
            True,
        ),
        **dict.fromkeys(
            (
                *(
                    "false",
                    "no",
                    "n",
                    "f",
                    "0",
                    "0.0",
                    "off",
                    "✗",
                    "✘",
                    "☐",
                    "nein",
                    "non",
                    "não",
                    "nao",
                    "nee",
                ),
                *("nej", "nie", "falsch", "faux", "falso", "onwaar"),
            ),
            False,
        ),
    }
)
"""Boolean values by lower-case word."""

NO_VALUE: Final = frozenset(
    {"null", "none", "nil", "na", "n/a", "#n/a", "nan", "\\n", "-", "\u2013", "\u2014", "--", "?"}
)
"""Lower-case words for "no value" in columns where they cannot be values. In texts they count only if the
caller lists them.
"""

_HEADERS: Final = {"first": None, "true": None, "none": 0, "false": 0}
_MOST_WORDS: Final = 50
_LONGEST_OPTION: Final = 500
_LINE: Final = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFormat:
    """The format of a CSV file. None means that it is detected.

    :param header: the line with the heads; None for the first line that is not blank, 0 for no heads.
    :param nulls: lower-case words for no value, in all columns.
    :param booleans: boolean values by lower-case word.
    :param rounds: whether numbers are rounded to the field's decimals, and times dropped in columns of dates.
    :param zone: the time zone of times without an offset.
    """

    delimiter: str | None = None
    encoding: str | None = None
    header: int | None = None
    dates: DateFormat | None = None
    numbers: NumberFormat = field(default_factory=NumberFormat)
    nulls: frozenset[str] | None = None
    booleans: Mapping[str, bool] = field(default_factory=lambda: BOOLEANS)
    rounds: bool = False
    zone: tzinfo = UTC


def read_format(options: Mapping[str, str], *, rounds: bool = False) -> CsvFormat:
    """Return the format of the query parameters, by name.

    Raises :class:`InvalidQuery` with every problem.
    """
    problems, found = list[Problem](), dict[str, Any]()
    for name, text in options.items():
        try:
            if not 0 < len(text) <= _LONGEST_OPTION:
                raise ValueError(f"Must have 1 to {_LONGEST_OPTION} characters.")
            key, read = _OPTIONS[name]
            found[key] = read(text)
        except _Unknown as error:
            problems.append(Problem(name, "invalid-value", str(error), error.near))
        except ValueError as error:
            problems.append(Problem(name, "invalid-value", str(error)))
    marks = found.pop("decimal", None), found.pop("thousands", None)
    try:
        found["numbers"] = number_format(*marks)
    except ValueError as error:
        problems.append(Problem("thousands", "invalid-value", str(error)))
    if problems:
        raise InvalidQuery(problems)
    return CsvFormat(**found, rounds=rounds)


class _Unknown(ValueError):
    """An unknown name; ``near`` is the most similar known one."""

    def __init__(self, message: str, name: str, known: Mapping[str, object]) -> None:
        super().__init__(message)
        self.near = suggestion(name.lower()[:64], [*known])


def _encoding(text: str) -> str:
    name = text.strip().lower()
    if name not in ENCODINGS:
        raise _Unknown(f"Must be one of {', '.join(ENCODINGS)}.", name, ENCODINGS)
    return ENCODINGS[name]


def _header(text: str) -> int | None:
    if text.lower() in _HEADERS:
        return _HEADERS[text.lower()]
    if _LINE.fullmatch(text) is None or int(text) > MOST_ABOVE:
        message = (
            f"Must be first, none, or the number of the line that names the columns, {MOST_ABOVE:,} at most."
        )
        raise ValueError(message)
    return int(text)


def _words(text: str) -> frozenset[str]:
    words = frozenset(word.strip().lower() for word in text.split(",")) - {""}
    if not 0 < len(words) <= _MOST_WORDS:
        raise ValueError(f"Must be 1 to {_MOST_WORDS} texts with commas between, such as NA,-,null.")
    return words


def _booleans(text: str) -> Mapping[str, bool]:
    true, colon, false = text.partition(":")
    if not colon and text.count(",") + text.count("/") == 1:  # one word for each
        true, colon, false = text.replace("/", ",").partition(",")
    if not colon:
        raise ValueError("Must be words for yes, a colon, and words for no, such as ja,j:nein,n.")
    yes, no = _words(true), _words(false)
    if yes & no:
        raise ValueError(f"{', '.join(sorted(yes & no))} cannot be both yes and no.")
    return dict.fromkeys(yes, True) | dict.fromkeys(no, False)


def _zone(text: str) -> tzinfo:
    try:
        return ZoneInfo(zone_of(text).name)
    except UnknownZone as error:
        raise ValueError("Must be the name of a time zone such as Europe/Berlin.") from error


_OPTIONS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "delimiter": ("delimiter", read_delimiter),
    "encoding": ("encoding", _encoding),
    "header": ("header", _header),
    "dateFormat": ("dates", date_format),
    "decimal": ("decimal", decimal_mark),
    "thousands": ("thousands", thousands_mark),
    "nulls": ("nulls", _words),
    "booleans": ("booleans", _booleans),
    "timeZone": ("zone", _zone),
}
