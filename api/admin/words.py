"""What Piccolo Admin's front end says, in the languages that it knows."""

from collections.abc import Mapping
from typing import Any, Final

from piccolo_admin.translations.data import TRANSLATIONS

__all__ = ["languages", "translation"]

_ENGLISH: Final = "en"
_BY_CODE: Final = {one.language_code.lower(): one for one in TRANSLATIONS}


def languages() -> dict[str, Any]:
    """Which there are; the browser's own is taken when it is one of them."""
    listed = [
        {"language_code": one.language_code, "language_name": one.language_name} for one in _BY_CODE.values()
    ]
    return {"translations": listed, "default_language_code": "auto"}


def translation(code: str, words: Mapping[str, str]) -> dict[str, Any] | None:
    """One language; None when there is no such one. ``words`` take the place of the English ones."""
    found = _BY_CODE.get(code.lower())
    if found is None:
        return None
    own = words if found.language_code == _ENGLISH else {}
    return {
        "language_code": found.language_code,
        "language_name": found.language_name,
        "translations": found.translations | dict(own),
    }
