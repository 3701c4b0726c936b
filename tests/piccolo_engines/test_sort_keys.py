"""Sort keys: the order of texts, and that MariaDB, MySQL and SQLite have the same."""

import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piccolo.querystring import QueryString

from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sort_key_sql import MYSQL_SORT_KEYS, SQLITE_SORT_KEYS
from piccolo_engines.sort_keys import (
    SORT_KEY_BYTES,
    compare_texts,
    key_and_text,
    sort_key,
    sort_weights,
    sort_weights_end,
    text_behind_key,
)
from piccolo_engines.sqlite import SQLiteEngine
from tests.conftest import Found, address_or_skip

ENDS = ["", " ", "  ", "\t", "\n", "\u00a0", "\u200b", "\u200d", "\x01", "\x7f", "\u2028", "\ufeff", "\uffff"]
EMOJI = ["😀", "👩‍👩‍👧", "🇩🇪", "👍🏽", "☕️"]
COMBINED = ["e\u0301", "é", "A\u030a", "Å", "ǖ", "u\u0308\u0304", "\u0301", "ﬁ", "ß", "ẞ", "Æ", "œ", "ĳ", "ŀ"]
SCRIPTS = [
    "中文",
    "日本語",
    "かな",
    "カナ",
    "ｶﾅ",
    "한국어",
    "ไทย",
    "हिन्दी",
    "தமிழ்",
    "العربية",
    "עברית",
    "Ελλάς",
    "Жук",
]


def generated() -> list[str]:
    """Every block of Unicode, and what is hard about texts, alone and together; always the same."""
    points = [*range(1, 0x3400), *range(0x3400, 0xD800, 37), *range(0xE000, 0x10000, 5)]
    points += [*range(0x10000, 0x20000, 29), *range(0x20000, 0x110000, 1009)]
    alone = [chr(point) for point in points]
    hard = [*ENDS, *EMOJI, *COMBINED, *SCRIPTS, "a", "A", "z", "Z", "0", "9", "-", "_", "'", '"', "\\", "%"]
    chance = random.Random(86)
    mixed = ["".join(chance.choices([*hard, *alone], k=chance.randint(2, 9))) for _ in range(4_000)]
    around = [left + middle + right for left in hard for middle in ("", "b") for right in hard]
    long = [one * 300 for one in ("a", "é", "中", "😀", "ß")]
    long += ["a" * length + "b" for length in (255, 256, 600)]
    return [*alone, *mixed, *around, *long]


@pytest.mark.parametrize("kind", ["mariadb", "mysql"])
async def test_the_servers_work_out_the_same_keys(servers_found: Found, kind: str) -> None:
    engine = MySQLEngine(address_or_skip(servers_found, kind).config, PoolSettings())
    texts = generated()
    try:
        for start in range(0, len(texts), 250):
            some = texts[start : start + 250]
            keys = [QueryString("{} AS {}", MYSQL_SORT_KEYS.of_value(text), QueryString(f"k{at}"))
                    for at, text in enumerate(some)]  # fmt: skip
            sql = f"SELECT {', '.join(['{}'] * len(keys))}"
            row = (await engine.run_querystring(QueryString(sql, *keys)))[0]
            assert list(row.values()) == [sort_key(text) for text in some]
    finally:
        await engine.close()


async def test_sqlite_has_the_keys_as_functions(tmp_path: Path) -> None:
    engine = SQLiteEngine(tmp_path / "keys.sqlite")
    for text in ("", "Äpfel", "a" * 600, "😀"):
        least, most = SQLITE_SORT_KEYS.range_from(text)
        sql = QueryString(
            "SELECT {} AS key, {} AS least, {} AS most", SQLITE_SORT_KEYS.of_value(text), least, most
        )
        row = (await engine.run_querystring(sql))[0]
        assert tuple(row.values()) == (sort_key(text), sort_weights(text), sort_weights_end(text))
    assert (
        await engine.run_querystring(QueryString("SELECT {} AS key", SQLITE_SORT_KEYS.of_value(None)))
    ) == [{"key": None}]
    await engine.close()


@pytest.mark.parametrize(
    "texts",
    [
        ["Äpfel", "apple", "banana", "Cherry", "Zebra", "zulu"],
        ["cote", "coté", "côte", "côté", "coter"],
        ["Muller", "Müller", "Müllers"],
        ["", " ", "a", "a b", "ab", "abc"],
        ["1", "10", "2", "a"],
        ["Straße", "Strasse 2"],
        ["de Groot", "De Groot 2", "Degroot"],
    ],
)
def test_texts_sort_as_people_expect(texts: list[str]) -> None:
    mixed = random.Random(1).sample(texts, len(texts))
    assert sorted(mixed, key=lambda text: sort_key(text) or b"") == texts


def test_texts_that_differ_have_keys_that_differ() -> None:
    texts = {text for text in generated() if len(text) < 60}
    assert len({sort_key(text) for text in texts}) == len(texts)


def test_what_begins_with_a_text_lies_between_its_keys() -> None:
    texts = generated()
    for begin, end in zip(texts[::3], texts[1::3], strict=False):
        key = sort_key(begin + end) or b""
        assert (sort_weights(begin) or b"") <= key < (sort_weights_end(begin) or b"")


def test_no_key_is_longer_than_an_index_takes() -> None:
    assert {len(sort_key(text * 2_000) or b"") for text in ("a", "中", "😀")} == {SORT_KEY_BYTES}


def test_a_text_is_found_again_behind_its_key() -> None:
    for text in ("", "Äpfel", "😀" * 400):
        assert text_behind_key(key_and_text(text) or b"") == text


def test_what_is_no_text_has_no_key() -> None:
    assert [sort_key(None), key_and_text(None), sort_weights(None), sort_weights_end(None)] == [None] * 4


def test_a_file_with_keys_can_be_read_and_copied_without_the_functions(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    with sqlite3.connect(path) as made:
        made.create_function("SORT_KEY", 1, sort_key, deterministic=True)
        made.execute("CREATE TABLE t (name, key BLOB GENERATED ALWAYS AS (SORT_KEY(name)) VIRTUAL)")
        made.execute("CREATE INDEX i ON t (key)")
        made.execute("INSERT INTO t VALUES ('b'), ('Ä')")
    made.close()
    with sqlite3.connect(path) as plain, sqlite3.connect(tmp_path / "copy.sqlite") as copy:
        assert plain.execute("SELECT name FROM t ORDER BY key").fetchall() == [("Ä",), ("b",)]
        plain.backup(copy)
        assert copy.execute("SELECT COUNT(*) FROM t").fetchone() == (2,)
    plain.close()
    copy.close()


@given(st.text(max_size=30), st.text(max_size=30))
def test_the_collation_of_sqlite_orders_texts_as_their_keys_do(one: str, other: str) -> None:
    first, second = sort_key(one), sort_key(other)
    assert first is not None
    assert second is not None
    assert compare_texts(one, other) == (first > second) - (first < second)
