"""The reader in docs/archive-format.md reads what Freehold writes, and refuses what Freehold refuses."""

import random
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tenant_schema.archives.format import keys, limits, portions
from tenant_schema.archives.format.key_text import new_key_pair, parse_private_key, parse_public_key
from tenant_schema.archives.format.keys import Lock, PassphraseLock, RecipientLock
from tenant_schema.archives.format.lines import Manifest, Trailer
from tests.support.archiving import DATA_KEY, LOCK, TABLES, items_of, text_of, written

PAGE = Path(__file__).parents[2] / "docs" / "archive-format.md"
TEXT = PAGE.read_text()
PASSPHRASE = unicodedata.normalize("NFD", "Grüße an alle")
PAIR = new_key_pair()

KEYS: dict[str, tuple[Lock, dict[str, Any]]] = {
    "tenant": (LOCK, {"data_key": DATA_KEY}),
    "passphrase": (PassphraseLock(PASSPHRASE), {"passphrase": PASSPHRASE}),
    "recipient": (
        RecipientLock(parse_public_key(PAIR.public)),
        {"private_key": parse_private_key(PAIR.private)},
    ),
}


@pytest.fixture(scope="module")
def read_archive() -> Callable[..., Any]:
    """The function of the page."""
    (source,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(source, str(PAGE), "exec"), names)  # noqa: S102 # the page's own program
    found: Callable[..., Any] = names["read_archive"]
    return found


@pytest.mark.parametrize("kind", KEYS)
def test_it_reads_with_each_kind_of_key(read_archive: Callable[..., Any], kind: str) -> None:
    lock, key = KEYS[kind]
    data = written(locks=[lock])
    manifest, tables, digest = read_archive(data, **key)
    found, *_, trailer = items_of(written())
    assert isinstance(found, Manifest)
    assert isinstance(trailer, Trailer)
    assert (digest, manifest["tenant"]["slug"]) == (trailer.digest, found.tenant.slug)
    assert {
        name: ([column["name"] for column in header["columns"]], rows)
        for name, (header, rows) in tables.items()
    } == TABLES


def test_it_leaves_other_slots_alone(read_archive: Callable[..., Any]) -> None:
    data = written(locks=[lock for lock, _ in KEYS.values()])
    digests = {read_archive(data, **key)[2] for _, key in KEYS.values()}
    assert len(digests) == 1


def test_it_reads_several_portions(read_archive: Callable[..., Any]) -> None:
    chosen = random.Random(1)
    rows = [[index, chosen.randbytes(50_000).hex()] for index in range(50)]
    data = written({"files": (["id", "data"], rows)})
    assert len(data) > 2 * portions.PORTION
    assert read_archive(data, data_key=DATA_KEY)[1]["files"][1] == rows


def test_it_refuses_each_changed_byte(read_archive: Callable[..., Any]) -> None:
    data = written()
    for at in range(0, len(data), 3):
        with pytest.raises((ValueError, KeyError, InvalidTag, OverflowError)):
            read_archive(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data_key=DATA_KEY)


def test_the_page_has_the_bounds_of_the_code() -> None:
    for bound in (
        limits.MAX_HEADER,
        limits.MAX_LINE,
        limits.MAX_COLUMNS,
        limits.MAX_KEY_SLOTS,
        limits.MAX_NAME,
        portions.PORTION,
        keys.MAX_MEMORY,
    ):
        assert f"{bound:,}" in TEXT


def test_the_page_names_each_member_of_the_lines() -> None:
    text = text_of(written()).decode()
    for name in set(re.findall(r'[{,]"(\w+)":', text)) - {"language"}:
        assert f"`{name}`" in TEXT, name
