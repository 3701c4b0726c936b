"""The texts of the workspace: a key stands in one area, and has the same placeholders in every language."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

MESSAGES = Path(__file__).parents[2] / "frontend/messages"
LANGUAGES = ("en", "de")


def texts(language: str) -> list[tuple[str, Any]]:
    """All keys with their texts, of every area."""
    return [
        (key, text)
        for path in sorted(MESSAGES.rglob(f"{language}.json"))
        for key, text in json.loads(path.read_text()).items()
        if key != "$schema"
    ]


def placeholders(text: Any) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", json.dumps(text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_key_stands_in_one_area(language: str) -> None:
    """Of two texts with one key one would be shown in both places; and compiling them would take minutes."""
    counts = Counter(key for key, _ in texts(language))
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_language_has_the_same_keys_and_placeholders() -> None:
    english, german = (dict(texts(language)) for language in LANGUAGES)
    assert english.keys() == german.keys()
    different = [key for key in english if placeholders(english[key]) != placeholders(german[key])]
    assert different == []
