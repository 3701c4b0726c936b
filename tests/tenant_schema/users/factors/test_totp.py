"""Codes of authenticator apps: those of RFC 6238, each once, of neighbouring steps."""

from datetime import UTC, datetime

import pyotp
import pytest

from tenant_schema.users.factors.totp import accepted_step, as_totp, new_secret, otpauth_uri

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # that of RFC 6238, appendix B, in base32


@pytest.mark.parametrize(
    ("moment", "code"), [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
)
def test_the_vectors_of_the_rfc_are_accepted(moment: int, code: str) -> None:
    assert accepted_step(SECRET, code, datetime.fromtimestamp(moment, UTC), 0) == moment // 30


@pytest.mark.parametrize(
    ("behind", "is_accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_the_steps_before_and_after_are_accepted(behind: int, is_accepted: bool) -> None:
    now = datetime(2026, 3, 1, 9, 0, 7, tzinfo=UTC)
    step = int(now.timestamp()) // 30 + behind
    code = pyotp.TOTP(SECRET).generate_otp(step)
    assert accepted_step(SECRET, code, now, 0) == (step if is_accepted else None)


def test_a_step_is_accepted_once() -> None:
    now = datetime(2026, 3, 1, 9, 0, 7, tzinfo=UTC)
    code = pyotp.TOTP(SECRET).at(now)
    step = accepted_step(SECRET, code, now, 0)
    assert step is not None
    assert accepted_step(SECRET, code, now, step) is None
    assert accepted_step(SECRET, code, now, step - 1) == step


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "１２３４５６", "²²²²²²", "abcde-fghjk"])
def test_what_is_no_code_of_an_app(text: str) -> None:
    assert as_totp(text) is None


def test_secrets_have_160_bits_and_the_address_has_the_secret() -> None:
    secret = new_secret()
    assert len(pyotp.TOTP(secret).byte_secret()) == 20
    parsed = pyotp.parse_uri(otpauth_uri(secret, "ada@acme.example", "Acme & Söhne: Berlin"))
    assert (parsed.secret, parsed.name, parsed.issuer) == (secret, "ada@acme.example", "Acme & Söhne: Berlin")
