"""Refresh tokens as text: what was written is read back, what was not is refused."""

import string
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.users.sessions.refresh_tokens import RefreshToken, parse_refresh_token

tokens = st.builds(RefreshToken, st.uuids(), *[st.binary(min_size=32, max_size=32)] * 2)


@given(tokens)
def test_a_token_is_read_back_from_its_text(token: RefreshToken) -> None:
    assert parse_refresh_token(token.text) == token


@given(tokens, st.integers(0, 110), st.characters(codec="ascii"))
def test_a_token_with_one_character_changed_is_another_or_none(
    token: RefreshToken, at: int, character: str
) -> None:
    changed = token.text[:at] + character + token.text[at + 1 :]

    if changed != token.text:
        assert parse_refresh_token(changed) != token


@given(st.text())
def test_any_text_is_a_token_or_none(text: str) -> None:
    token = parse_refresh_token(text)

    assert token is None or token.text == text


@pytest.mark.parametrize(
    "change", [str.upper, lambda text: text + "=", lambda text: text + "\n", lambda text: text[1:]]
)
def test_a_token_written_otherwise_is_none(change) -> None:
    assert parse_refresh_token(change(RefreshToken.first(uuid4()).text)) is None


def test_the_spare_bits_of_the_last_character_are_no_second_way_to_write_a_token() -> None:
    token = RefreshToken(UUID(int=1), b"f" * 32, b"s" * 32)
    ways = [token.text[:-1] + last for last in string.ascii_letters + string.digits + "-_"]

    assert [text for text in ways if parse_refresh_token(text) == token] == [token.text]


def test_the_next_token_is_of_the_same_session_and_family_with_another_secret() -> None:
    first = RefreshToken.first(uuid4())
    second = first.next()

    assert second.session_id == first.session_id
    assert second.is_of_family(first.family_hash)
    assert second.token_hash != first.token_hash
    assert not RefreshToken.first(first.session_id).is_of_family(first.family_hash)


def test_what_the_row_keeps_does_not_contain_the_token() -> None:
    token = RefreshToken(UUID(int=1), b"f" * 32, b"s" * 32)

    assert token.secret.hex() not in token.token_hash
    assert token.family.hex() not in token.family_hash
    assert "s" * 8 not in repr(token)
    assert token.text not in repr(token)
