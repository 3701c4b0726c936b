"""One form for every way to write an address, and which ones a user may have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.users.emails import email_problem, normalise_email

any_text = st.text(st.characters(codec=None, exclude_categories=()))


@given(any_text)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise_email(normalise_email(text)) == normalise_email(text)


@given(any_text)
def test_a_normalised_address_can_always_be_stored(text: str) -> None:
    normalise_email(text).encode()


@given(st.emails())
def test_case_and_space_around_do_not_matter(email: str) -> None:
    assert normalise_email(f" {email.upper()}\n") == normalise_email(email)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ada@Acme.Example", "ada@acme.example"),
        ("\uff41\uff44\uff41@acme.example", "ada@acme.example"),
        ("ada\u00a0", "ada"),
        ("JOSÉ@acme.example", "josé@acme.example"),
        ("jose\u0301@acme.example", "josé@acme.example"),
        ("ada\ud800@acme.example", "ada?@acme.example"),
    ],
)
def test_what_an_address_becomes(written: str, kept: str) -> None:
    assert normalise_email(written) == kept


@pytest.mark.parametrize("email", ["ada@acme.example", "a@b", "a+b.c'd@x-y.example", "josé@münchen.example"])
def test_an_address_is_accepted(email: str) -> None:
    assert email_problem(email) is None


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("", "required"),
        ("ada", "invalid-email"),
        ("@acme.example", "invalid-email"),
        ("ada@", "invalid-email"),
        ("ada@acme..example", "invalid-email"),
        ("ada@acme.example.", "invalid-email"),
        ("ada@bob@acme.example", "invalid-email"),
        ("ada lovelace@acme.example", "invalid-email"),
        ("ada@acme.example\0", "invalid-email"),
        ("ada\u200b@acme.example", "invalid-email"),
        ("a" * 250 + "@b.example", "too-long"),
    ],
)
def test_what_is_wrong_with_an_address(email: str, code: str) -> None:
    problem = email_problem(email, "admin.email")

    assert problem is not None
    assert (problem.field, problem.code) == ("admin.email", code)
