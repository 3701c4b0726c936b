"""Encryption keys: reading, fingerprints, and refusing those that everyone knows."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.secrets.keys import KEY_BYTES, EncryptionKey, generate_key, weakness


@pytest.mark.parametrize(
    "text",
    ["", "00", "g" * 64, "0" * 63, "0" * 65, "0" * 62 + "\uff10\uff11", " " + "0" * 63, "0x" + "0" * 62],
    ids=["empty", "short", "not-hex", "63", "65", "wide-digits", "space", "prefix"],
)
def test_anything_but_64_hex_digits_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits") as caught:
        EncryptionKey.from_hex(text)
    if text:
        assert text not in str(caught.value)


def test_a_key_is_the_same_key_in_capitals() -> None:
    text = generate_key()
    assert EncryptionKey.from_hex(text.upper()) == EncryptionKey.from_hex(text)


def test_the_key_id_tells_keys_apart_and_is_not_part_of_the_key() -> None:
    keys = [EncryptionKey.from_hex(generate_key()) for _ in range(50)]
    assert len({key.id for key in keys}) == 50
    assert not any(key.id in key.secret.hex() for key in keys)


def test_a_keys_repr_hides_it() -> None:
    key = EncryptionKey.from_hex(generate_key())
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)
    assert key.id in repr(key)


@pytest.mark.parametrize(
    "text",
    [
        "00" * 32,
        "ff" * 32,
        "ab" * 32,
        "0123456789abcdef" * 4,
        "00112233445566778899aabbccddeeff" * 2,
        "deadbeef" * 8,
        bytes(range(32)).hex(),
        bytes(range(32, 0, -1)).hex(),
        bytes(range(0, 64, 2)).hex(),
        b"this is a very long secret key!!".hex(),
        hashlib.sha256(b"").hexdigest(),
        hashlib.sha256(b"password").hexdigest(),
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "00" * 31 + "01",
        "0001" * 8 + "0203" * 8,
    ],
)
def test_a_well_known_key_is_weak(text: str) -> None:
    assert weakness(EncryptionKey.from_hex(text)) is not None


def test_a_generated_key_is_not_weak() -> None:
    assert all(weakness(EncryptionKey.from_hex(generate_key())) is None for _ in range(500))


@given(st.binary(min_size=1, max_size=16).filter(lambda seed: KEY_BYTES % len(seed) == 0))
def test_every_repetition_is_weak(seed: bytes) -> None:
    assert weakness(EncryptionKey.from_hex((seed * (KEY_BYTES // len(seed))).hex())) is not None
