"""An archive opens with each of the keys that it was sealed for, and with no other."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from tenant_schema.archives.format.errors import ArchiveDamaged, ArchiveLocked, ArchiveOverLimit
from tenant_schema.archives.format.header import Header, header_size, new_header, parsed_header
from tenant_schema.archives.format.key_text import (
    new_key_pair,
    parse_private_key,
    parse_public_key,
    public_text_of,
)
from tenant_schema.archives.format.keys import (
    ArchiveKey,
    PassphraseLock,
    RecipientLock,
    Unlock,
    with_identity,
    with_passphrase,
    with_tenant_key,
)
from tests.support.archiving import ARCHIVE, DATA_KEY, LOCK, items_of, own_key, written

PASSPHRASE = "correct horse battery"
PAIR, OTHER_PAIR = new_key_pair(), new_key_pair()
PUBLIC, PRIVATE = parse_public_key(PAIR.public), parse_private_key(PAIR.private)

OPENED_BY: dict[str, tuple[Any, Unlock]] = {
    "tenant": (LOCK, with_tenant_key(own_key)),
    "passphrase": (PassphraseLock(PASSPHRASE), with_passphrase(PASSPHRASE)),
    "recipient": (RecipientLock(PUBLIC), with_identity(PRIVATE)),
}

WRONG: dict[str, Unlock] = {
    "another tenant's key": with_tenant_key(lambda _tenant, _key: bytes(32)),
    "a destroyed key": with_tenant_key(lambda _tenant, _key: None),
    "another passphrase": with_passphrase("correct horse batteries"),
    "another recipient": with_identity(parse_private_key(OTHER_PAIR.private)),
}

ALL = written(locks=[lock for lock, _ in OPENED_BY.values()])


def header_of(data: bytes) -> Header:
    size = header_size(data)
    assert size is not None
    return parsed_header(data[:size])


def with_slot(header: Header, **changes: Any) -> Header:
    """The header with another passphrase slot."""
    (slot,) = header.slots("passphrase")
    return msgspec.structs.replace(header, keys=({**slot, **changes},))


@pytest.mark.parametrize("kind", OPENED_BY)
def test_one_slot_opens(kind: str) -> None:
    lock, unlock = OPENED_BY[kind]
    items = items_of(ALL, unlock)
    assert items == items_of(written(locks=[lock]), unlock)


@pytest.mark.parametrize("key", WRONG)
def test_another_key_does_not(key: str) -> None:
    with pytest.raises(ArchiveLocked):
        items_of(ALL, WRONG[key])


@pytest.mark.parametrize("kind", OPENED_BY)
@pytest.mark.parametrize("other", OPENED_BY)
def test_a_key_of_another_kind_does_not(kind: str, other: str) -> None:
    if kind != other:
        with pytest.raises(ArchiveLocked):
            items_of(written(locks=[OPENED_BY[kind][0]]), OPENED_BY[other][1])


def test_several_recipients_open_with_their_own_keys() -> None:
    other = parse_public_key(OTHER_PAIR.public)
    data = written(locks=[RecipientLock(PUBLIC), RecipientLock(other)])
    assert items_of(data, with_identity(PRIVATE)) == items_of(
        data, with_identity(parse_private_key(OTHER_PAIR.private))
    )


def test_a_slot_moved_to_another_archive_or_tenant_opens_nothing() -> None:
    first, second = ArchiveKey.new(uuid4(), [LOCK]), ArchiveKey.new(uuid4(), [LOCK])
    stolen = new_header(second.archive, second.salt, parsed_header(first.head).keys)
    with pytest.raises(ArchiveLocked):
        with_tenant_key(own_key)(parsed_header(stolen))
    (slot,) = parsed_header(first.head).slots("tenant")
    renamed = new_header(first.archive, first.salt, [slot | {"tenant": str(uuid4())}])
    with pytest.raises(ArchiveLocked):
        with_tenant_key(lambda _tenant, _key: DATA_KEY)(parsed_header(renamed))


def test_each_archive_has_a_key_of_its_own() -> None:
    keys = [ArchiveKey.new(ARCHIVE, [LOCK]) for _ in range(2)]
    assert keys[0].secret != keys[1].secret
    assert "secret" not in repr(keys[0])
    assert DATA_KEY.hex() not in repr(LOCK)
    assert PASSPHRASE not in repr(PassphraseLock(PASSPHRASE))


def test_a_slot_of_an_unknown_kind_is_left_alone() -> None:
    key = ArchiveKey.new(ARCHIVE, [LOCK])
    slots = [{"kind": "later"}, {}, *parsed_header(key.head).keys]
    assert with_tenant_key(own_key)(parsed_header(new_header(ARCHIVE, key.salt, slots))) == key.secret


@pytest.mark.parametrize(
    "changes",
    [
        {"memory": 1_048_576},
        {"memory": 4_294_967_296},
        {"memory": 16},
        {"memory": -1},
        {"memory": True},
        {"memory": "65536"},
        {"memory": 65536.0},
        {"memory": None},
        {"passes": 0},
        {"passes": 1_000},
        {"lanes": 0},
        {"lanes": 255},
        {"kdf": "argon2i"},
        {"kdf": None},
        {"salt": ""},
        {"salt": "AAAA"},
        {"wrapped": "AAAA"},
    ],
)
def test_a_header_cannot_demand_more_work_than_a_passphrase_is_worth(changes: dict[str, Any]) -> None:
    header = header_of(written(locks=[PassphraseLock(PASSPHRASE)]))
    with pytest.raises(ArchiveDamaged):
        with_passphrase(PASSPHRASE)(with_slot(header, **changes))


def test_of_several_passphrase_slots_none_is_tried() -> None:
    header = header_of(written(locks=[PassphraseLock(PASSPHRASE)]))
    twice = msgspec.structs.replace(header, keys=header.keys * 2)
    with pytest.raises(ArchiveLocked):
        with_passphrase(PASSPHRASE)(twice)


def test_an_archive_has_few_slots_and_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ArchiveKey.new(ARCHIVE, [])
    with pytest.raises(ArchiveOverLimit):
        ArchiveKey.new(ARCHIVE, [LOCK] * 17)


def test_a_point_of_low_order_opens_nothing() -> None:
    header = header_of(written(locks=[RecipientLock(PUBLIC)]))
    zeros = "A" * 43 + "="
    forged = msgspec.structs.replace(header, keys=({**header.keys[0], "ephemeral": zeros},))
    with pytest.raises(ArchiveLocked):
        with_identity(PRIVATE)(forged)


@pytest.mark.parametrize("passphrase", ["", "short", "x" * 1_025])
def test_a_passphrase_has_a_length(passphrase: str) -> None:
    with pytest.raises(ValueError, match="12 to 1024"):
        PassphraseLock(passphrase)


def test_a_passphrase_is_the_same_however_its_letters_are_composed() -> None:
    data = written(locks=[PassphraseLock("gr\u00fc\u00dfe an alle")])
    assert items_of(data, with_passphrase("gru\u0308\u00dfe an alle"))


def test_keys_have_a_text_in_which_typing_errors_are_noticed() -> None:
    assert public_text_of(PRIVATE) == PAIR.public
    assert parse_private_key(f"# of acme\n\n{PAIR.private}\n") == PRIVATE
    for position in range(len("freehold-public-"), len(PAIR.public)):
        wrong = "A" if PAIR.public[position] != "A" else "B"
        with pytest.raises(ValueError, match="typing error"):
            parse_public_key(PAIR.public[:position] + wrong + PAIR.public[position + 1 :])
    for text in ("", PAIR.private, PAIR.public[:-1], PAIR.public + "A", PAIR.public.upper()):
        with pytest.raises(ValueError, match=r"begin|typing error"):
            parse_public_key(text)
    for text in ("", "# nothing", f"{PAIR.private}\n{PAIR.private}", PAIR.public):
        with pytest.raises(ValueError, match=r"begin"):
            parse_private_key(text)
