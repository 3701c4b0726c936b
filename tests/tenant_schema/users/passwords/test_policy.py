"""Which new passwords are refused, and for which reasons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.users.passwords.common import COMMON_PASSWORDS
from tenant_schema.users.passwords.policy import MAX_BYTES, MIN_LENGTH, encode_password, password_problems

EMAIL = "ada.lovelace@acme.example"


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("correct horse battery", []),
        ("Tr0ub4dor&3", []),
        ("пароль-который-длинный", []),
        ("🐎🔋📎✅🐎🔋📎✅", []),
        ("12 chars  ok", []),
        ("", ["too-short"]),
        ("short", ["too-short"]),
        ("password", ["too-common"]),
        ("PassWord", ["too-common"]),
        ("\uff50\uff41\uff53\uff53word", ["too-common"]),
        ("sunshine2026!", ["too-common"]),
        ("kkkkkkkkkkkkkkkkkk", ["too-common"]),
        ("aaa", ["too-short", "too-common"]),
        ("Ada.Lovelace@acme.example", ["same-as-email"]),
        ("ada.lovelace", ["same-as-email"]),
        ("x1" * 513, ["too-long"]),
        ("🐎" * 257, ["too-long"]),
        ("ﷺ" * 100, ["too-long"]),
    ],
)
def test_a_password_breaks_these_rules(password: str, codes: list[str]) -> None:
    problems = password_problems(password, EMAIL, "new")

    assert [problem.code for problem in problems] == codes
    assert all(
        problem.field == "new" and password not in (problem.message, "") for problem in problems if password
    )


@given(st.text())
def test_what_the_policy_accepts_can_be_hashed(password: str) -> None:
    if not password_problems(password, EMAIL):
        encoded = encode_password(password)
        assert encoded is not None
        assert len(encoded) <= MAX_BYTES


def test_every_common_password_is_one_that_the_length_would_let_through() -> None:
    assert not [password for password in COMMON_PASSWORDS if len(password) < MIN_LENGTH]
    assert all(password == password.casefold() for password in COMMON_PASSWORDS)


def test_the_same_password_from_another_keyboard_is_the_same() -> None:
    assert encode_password("cafe\u0301 au lait") == encode_password("caf\u00e9 au lait")
