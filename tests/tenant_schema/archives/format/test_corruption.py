"""A byte that is changed, missing, doubled or added anywhere is noticed before an archive counts as read."""

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.archives.format.errors import ArchiveDamaged, ArchiveError, ArchiveLocked
from tenant_schema.archives.format.header import CHECK, MAGIC, header_size
from tenant_schema.archives.format.keys import with_tenant_key
from tenant_schema.archives.format.lines import Trailer
from tenant_schema.archives.format.portions import PORTION, TAG
from tenant_schema.archives.format.reader import ArchiveReader
from tests.support.archiving import items_of, own_key, written

SMALL = written()
SEALED = PORTION + TAG


def large() -> bytes:
    """An archive of four portions."""
    chosen = random.Random(4)
    rows = [[index, chosen.randbytes(50_000).hex()] for index in range(66)]
    return written({"files": (["id", "data"], rows), "other": (["id"], [[1], [2]])})


LARGE = large()


def body(data: bytes) -> int:
    """Where the portions begin."""
    size = header_size(data)
    assert size is not None
    return size + CHECK


def portions(data: bytes) -> list[bytes]:
    return [data[at : at + SEALED] for at in range(body(data), len(data), SEALED)]


def assembled(data: bytes, parts: list[bytes]) -> bytes:
    return data[: body(data)] + b"".join(parts)


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def swapped(data: bytes, at: int) -> bytes:
    """Exchange a byte with the next one that differs, or with the one before it."""
    other = next(
        one for one in [*range(at + 1, min(at + 40, len(data))), *range(at)] if data[one] != data[at]
    )
    exchanged = bytearray(data)
    exchanged[at], exchanged[other] = data[other], data[at]
    return bytes(exchanged)


def places() -> Iterator[tuple[str, int]]:
    """A position in each part of the large archive."""
    yield "magic", 3
    yield "length", len(MAGIC) + 2
    yield "header", LARGE.index(b'"archive"') + 15
    yield "salt", LARGE.index(b'"salt"') + 10
    yield "slot's kind", LARGE.index(b'"tenant"') + 2
    yield "slot's tenant", LARGE.index(b'"tenant":"') + 15
    yield "slot's key id", LARGE.index(b'"key":"') + 7
    yield "slot's wrapped key", LARGE.index(b'"wrapped":"') + 20
    yield "check", body(LARGE) - 5
    for number, portion in enumerate(portions(LARGE)):
        start = body(LARGE) + number * SEALED
        yield f"first byte of portion {number}", start
        yield f"middle of portion {number}", start + len(portion) // 2
        yield f"tag of portion {number}", start + len(portion) - TAG
        yield f"last byte of portion {number}", start + len(portion) - 1


PLACES = dict(places())


def refused(data: bytes, *, piece: int = 300_000) -> None:
    """Read an archive, which has to fail before it counts as read."""
    with pytest.raises((ArchiveDamaged, ArchiveLocked)) as raised:
        items_of(data, piece=piece)
    assert raised.value.reason.endswith(".")


def test_the_archives_are_whole_before() -> None:
    assert isinstance(items_of(SMALL)[-1], Trailer)
    assert isinstance(items_of(LARGE)[-1], Trailer)
    assert len(portions(LARGE)) == 4


def test_each_bit_of_a_small_archive_counts() -> None:
    for at in range(len(SMALL)):
        for bit in range(8):
            refused(flipped(SMALL, at, bit))


def test_each_byte_of_a_small_archive_is_needed() -> None:
    for at in range(len(SMALL)):
        refused(SMALL[:at])
        refused(SMALL[:at] + SMALL[at + 1 :])
        refused(SMALL[:at] + b"\0" + SMALL[at:])
        refused(SMALL[: at + 1] + SMALL[at:])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "damage",
    [
        flipped,
        swapped,
        lambda data, at: data[:at],
        lambda data, at: data[:at] + data[at + 1 :],
        lambda data, at: data[: at + 1] + data[at:],
        lambda data, at: data[:at] + b"\0" + data[at:],
        lambda data, at: data[:at] + data[at:][:1000] + data[at:],
        lambda data, at: data[:at] + bytes(40) + data[at + 40 :],
    ],
    ids=["flip", "swap", "cut", "remove", "double", "add", "repeat", "clear"],
)
def test_damage_at_each_kind_of_place(place: str, damage: Callable[[bytes, int], bytes]) -> None:
    refused(damage(LARGE, PLACES[place]))


@pytest.mark.parametrize("kept", range(4))
def test_portions_that_are_cut_off_at_their_boundary_are_missed(kept: int) -> None:
    refused(assembled(LARGE, portions(LARGE)[:kept]))


@pytest.mark.parametrize(
    "order",
    [
        [1, 0, 2, 3],
        [0, 2, 1, 3],
        [0, 1, 3, 2],
        [3, 2, 1, 0],
        [0, 0, 1, 2, 3],
        [0, 1, 2, 3, 3],
        [0, 1, 2, 2, 3],
        [1, 2, 3],
        [0, 2, 3],
        [0, 1, 3],
        [3],
    ],
)
def test_portions_keep_their_order_and_number(order: list[int]) -> None:
    parts = portions(LARGE)
    refused(assembled(LARGE, [parts[index] for index in order]))


@pytest.mark.parametrize("more", [b"\0", b"\n", bytes(16), bytes(17), bytes(SEALED), LARGE])
def test_nothing_may_follow(more: bytes) -> None:
    refused(LARGE + more)
    refused(SMALL + more)


def test_portions_of_another_archive_of_the_same_tenant_are_refused() -> None:
    other = large()
    for number in range(4):
        parts = portions(LARGE)
        parts[number] = portions(other)[number]
        refused(assembled(LARGE, parts))
    refused(other[: body(other)] + LARGE[body(LARGE) :])
    refused(LARGE[: body(LARGE) - CHECK] + other[body(other) - CHECK :])


@given(st.data())
def test_any_piece_that_is_replaced_is_noticed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(SMALL) - 1))
    end = data.draw(st.integers(at, min(len(SMALL), at + 40)))
    other = data.draw(st.binary(max_size=40))
    if SMALL[at:end] != other:
        refused(SMALL[:at] + other + SMALL[end:], piece=data.draw(st.integers(1, 200)))


def test_an_empty_file_and_any_other_file_are_no_archives() -> None:
    for data in (b"", b"F", MAGIC, b"PK\x03\x04" + bytes(1000), MAGIC.replace(b"1", b"2") + bytes(100)):
        refused(data)


def test_a_file_that_is_no_archive_is_refused_at_its_first_bytes() -> None:
    reader = ArchiveReader(with_tenant_key(own_key))
    with pytest.raises(ArchiveDamaged):
        list(reader.feed(b"<html>"))


def test_a_long_header_is_refused_before_it_arrives() -> None:
    reader = ArchiveReader(with_tenant_key(own_key))
    with pytest.raises(ArchiveDamaged, match="too long"):
        list(reader.feed(MAGIC + (65_537).to_bytes(4, "big")))


def test_the_rows_before_the_damage_are_provisional() -> None:
    reader = ArchiveReader(with_tenant_key(own_key))
    cut = assembled(LARGE, portions(LARGE)[:3])
    assert list(reader.feed(cut))
    with pytest.raises(ArchiveError):
        list(reader.close())
