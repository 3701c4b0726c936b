"""The texts of definitions in other languages: ``{"de": {"label": "Kunde", "pluralLabel": "Kunden"}}``.

The texts of the definition itself are those of a language that has no translation. Nothing here chooses
between them: responses have all, and a frontend shows what suits its user.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.unicode import clean_text
from tenant_schema.problems import ProblemCollector, shortened
from tenant_schema.users.account.language_tags import language_tag

__all__ = [
    "DESCRIBED",
    "LABELLED",
    "MOST_LANGUAGES",
    "NAMED_IN_NUMBERS",
    "Texts",
    "Translations",
    "canonical_translations",
    "read_translations",
]

Translations = dict[str, dict[str, str]]
"""Texts by language tag, then by their name in the API."""
Texts = Mapping[str, tuple[int, int]]
"""The texts that a definition has, each with its least and its greatest length."""

MOST_LANGUAGES: Final = 20
_LABEL: Final = (1, 100)
LABELLED: Final[Texts] = MappingProxyType({"label": _LABEL})
DESCRIBED: Final[Texts] = MappingProxyType({"label": _LABEL, "description": (0, 500)})
NAMED_IN_NUMBERS: Final[Texts] = MappingProxyType({**DESCRIBED, "pluralLabel": _LABEL})

_SIMPLE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
"""RFC 5646: a language, and its script and region."""


def read_translations(place: str, given: object, texts: Texts, found: ProblemCollector) -> Translations:
    """Return the translations, tags in their usual case and texts in NFC; adds every problem to ``found``.

    :param place: where they are in the body, for the problems.
    """
    if not isinstance(given, Mapping) or len(given) > MOST_LANGUAGES:
        found.add(place, "wrong-type", f"Must be an object with at most {MOST_LANGUAGES} languages.")
        return {}
    read: Translations = {}
    for name, values in given.items():
        tag = language_tag(name) if isinstance(name, str) else None
        here = f"{place}.{shortened(str(name), 40)}"
        if tag is None or _SIMPLE.fullmatch(tag) is None:
            found.add(here, "invalid-language", "Must be a language tag such as de, pt-BR or zh-Hant.")
        elif tag in read:
            found.add(here, "duplicate-language", f"The language {tag} is there twice.")
        else:
            read[tag] = _texts_of_one(here, values, texts, found)
    return read


def canonical_translations(given: Mapping[str, Mapping[str, str]]) -> Translations:
    """Return translations without a problem, as :func:`read_translations` does."""
    return {
        language_tag(tag) or tag: {name: clean_text(text) for name, text in values.items()}
        for tag, values in given.items()
    }


def _texts_of_one(place: str, given: object, texts: Texts, found: ProblemCollector) -> dict[str, str]:
    if not isinstance(given, Mapping):
        found.add(place, "wrong-type", f"Must be an object with {', '.join(texts)}.")
        return {}
    found.unknown_among(given, "text", texts, f"{place}.")
    return {
        name: _text(f"{place}.{name}", given[name], limits, found)
        for name, limits in texts.items()
        if name in given
    }


def _text(place: str, given: object, limits: tuple[int, int], found: ProblemCollector) -> str:
    least, most = limits
    try:
        text = clean_text(given, most)
    except InvalidValue as error:
        found.add(place, error.code, error.message)
        return ""
    if not least <= len(text) <= most:
        found.add(place, "wrong-length", f"must have {least} to {most} characters")
    return text
