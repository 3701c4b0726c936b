"""Texts are composed in time that grows with the text alone."""

import contextlib
import time
import unicodedata

import pytest

from piccolo_engines.composing import MOST_MARKS, TooManyMarks, composed

MARKS = "\u0316\u0301"


@pytest.mark.parametrize(
    "text", ["", "abc", "e\u0301", "\u1112\u1161\u11ab", "a" + MARKS * (MOST_MARKS // 2)]
)
def test_a_text_is_composed_as_unicode_says(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("before", [*range(0, 200, 7)])
def test_a_row_of_marks_is_refused_wherever_it_stands(before: int) -> None:
    row = (MARKS * MOST_MARKS)[: MOST_MARKS + 1]
    with pytest.raises(TooManyMarks):
        composed("é" * before + "a" + row + "b")
    composed("é" * before + "a" + row[:-1] + "b")


@pytest.mark.parametrize("unit", [MARKS, "\u0327\u0316\u0301\u05b0", "a" + MARKS * 64, "a\u0301"])
def test_a_million_characters_take_little_time(unit: str) -> None:
    text = (unit * 1_000_000)[:1_000_000]
    started = time.thread_time()
    with contextlib.suppress(TooManyMarks):
        composed(text)
    assert time.thread_time() - started < 0.5
