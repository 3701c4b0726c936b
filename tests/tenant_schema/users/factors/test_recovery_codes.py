"""Recovery codes: ten that cannot be guessed, with hashes that belong to one user and one key."""

from tenant_schema.users.factors.recovery_codes import (
    NUMBER,
    hashed,
    hashes,
    is_usable,
    new_codes,
    normalised,
)
from tenant_schema.users.factors.secrets import HashKeys

KEYS = HashKeys("0a1b2c3d", {"0a1b2c3d": b"a" * 32, "99999999": b"b" * 32})


def test_ten_different_codes_of_letters_that_are_not_confused() -> None:
    codes = new_codes()
    assert len(set(codes)) == len(codes) == NUMBER == 10
    assert not set("".join(codes)) & set("01ilo")
    assert all(len(code) == 11 and code[5] == "-" for code in codes)


def test_a_code_is_found_however_it_is_typed() -> None:
    code = new_codes()[0]
    for typed in (code, code.upper(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert hashed(code, "ada", KEYS) in hashes(normalised(typed) or "", "ada", KEYS)


def test_hashes_belong_to_a_user_and_a_key() -> None:
    code = new_codes()[0]
    text = normalised(code) or ""
    assert hashed(code, "ada", KEYS) not in hashes(text, "ben", KEYS)
    other = HashKeys("0a1b2c3d", {"0a1b2c3d": b"c" * 32})
    assert hashed(code, "ada", KEYS) not in hashes(text, "ada", other)
    assert code.replace("-", "") not in hashed(code, "ada", KEYS)
    assert len(hashed(code, "ada", KEYS)) == 64


def test_codes_of_a_key_that_is_gone_are_not_usable() -> None:
    stored = hashed(new_codes()[0], "ada", KEYS)
    assert is_usable(stored, KEYS)
    assert not is_usable(stored, HashKeys("99999999", {"99999999": b"b" * 32}))


def test_what_is_no_recovery_code() -> None:
    for text in ("", "123456", "k7wqm-3xht", "k7wqm-3xhtzz", "k7wqm-3xht0", "k" * 1_000):
        assert normalised(text) is None
