"""Reads the bodies of requests for apps, pages and list views, and collects every problem."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from piccolo_engines.errors import UniqueViolation
from tenant_schema.apps.errors import NameTaken
from tenant_schema.objects.errors import InvalidName, InvalidValue
from tenant_schema.objects.fields.translations import Texts, canonical_translations, read_translations
from tenant_schema.objects.fields.unicode import clean_text
from tenant_schema.objects.names import check_name
from tenant_schema.problems import InvalidInput, Problem, ProblemCollector

__all__ = [
    "Check",
    "a_flag",
    "a_name",
    "a_text",
    "names_in_order",
    "read_body",
    "refusing_taken_names",
    "translations_of",
]

_TRANSLATIONS: Final = "translations"

Check = Callable[[str, object], Sequence[Problem]]
"""The problems of one value, which stands at the place that is given with it."""


def read_body(
    body: Mapping[str, object], checks: Mapping[str, Check], required: Collection[str] = ()
) -> dict[Any, Any]:
    """Return the body, texts composed (NFC). Raises :class:`InvalidInput` with every problem; nothing is
    ignored.
    """
    collector = ProblemCollector()
    collector.unknown_among(body, "field", checks)
    for name in required:
        if name not in body:
            collector.add(name, "required", "Must be given.")
    problems = collector.problems
    for name, check in checks.items():
        if name in body:
            problems += check(name, body[name])
    if problems:
        raise InvalidInput(problems)
    return {name: _in_usual_form(name, value) for name, value in body.items()}


def _in_usual_form(name: str, value: Any) -> Any:
    if name == _TRANSLATIONS:
        return canonical_translations(value)
    return clean_text(value) if isinstance(value, str) else value


def a_name(place: str, value: object) -> list[Problem]:
    """Check a name in the grammar of objects and fields."""
    if not isinstance(value, str):
        return [Problem(place, "wrong-type", "Must be text.")]
    try:
        check_name(value)
    except InvalidName as error:
        return [Problem(place, error.code, error.message)]
    return []


def a_text(least: int, most: int) -> Check:
    """Return the check of a text with a length in this range."""

    def check(place: str, value: object) -> list[Problem]:
        try:
            length = len(clean_text(value, most))
        except InvalidValue as error:
            return [Problem(place, error.code, error.message)]
        if least <= length <= most:
            return []
        return [Problem(place, "wrong-length", f"must have {least} to {most} characters")]

    return check


def a_flag(place: str, value: object) -> list[Problem]:
    """True or false."""
    return [] if isinstance(value, bool) else [Problem(place, "wrong-type", "Must be true or false.")]


def translations_of(texts: Texts) -> Check:
    """Return the check of translations of these texts, which a body has as ``translations``."""

    def check(place: str, value: object) -> Sequence[Problem]:
        collector = ProblemCollector()
        read_translations(place, value, texts, collector)
        return collector.problems

    return check


def names_in_order(known: Collection[str], what: str) -> Check:
    """Return the check of a list that holds each of the ``known`` names once."""

    def check(place: str, value: object) -> list[Problem]:
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            return [Problem(place, "wrong-type", "Must be a list of names.")]
        collector = ProblemCollector()
        for position, name in enumerate(value[: len(known) + 1]):
            if name not in known:
                collector.unknown(f"{place}.{position}", what, name, tuple(known))
            elif name in value[:position]:
                collector.add(f"{place}.{position}", "duplicate-name", "Is there twice.")
        missing = [name for name in known if name not in value]
        if missing:
            collector.add(place, f"missing-{what}", f"Must name {', '.join(missing)} too.")
        return collector.problems

    return check


@contextmanager
def refusing_taken_names(what: str, values: Mapping[str, object]) -> Iterator[None]:
    """Turn the database's refusal of a name into :class:`NameTaken`."""
    try:
        yield
    except UniqueViolation as error:
        raise NameTaken(what, str(values.get("name"))) from error
