"""Texts of Piccolo Admin's front end, in its languages.

They are in Piccolo Admin's package, which brings its whole back end along: 18 MiB and a second that a process
spends when somebody opens an admin's page for the first time, and not before.
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

__all__ = ["languages", "translation"]

_ENGLISH: Final = "en"


async def languages() -> dict[str, Any]:
    """Which there are; the browser's own is taken when it is one of them."""
    known = await asyncio.to_thread(_translations)
    listed = [
        {"language_code": one.language_code, "language_name": one.language_name} for one in known.values()
    ]
    return {"translations": listed, "default_language_code": "auto"}


async def translation(code: str, words: Mapping[str, str]) -> dict[str, Any] | None:
    """One language; None when there is no such one. ``words`` take the place of the English ones."""
    found = (await asyncio.to_thread(_translations)).get(code.lower())
    if found is None:
        return None
    own = words if found.language_code == _ENGLISH else {}
    return {
        "language_code": found.language_code,
        "language_name": found.language_name,
        "translations": found.translations | dict(own),
    }


@cache
def _translations() -> Mapping[str, Any]:
    """Piccolo Admin's own, by code."""
    data = import_module("piccolo_admin.translations.data")
    return {one.language_code.lower(): one for one in data.TRANSLATIONS}
