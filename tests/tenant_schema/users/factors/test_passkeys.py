"""Responses of authenticators: verified for one challenge, host and origin; everything else is refused."""

import contextlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.users.factor_errors import PasskeyRefused
from tenant_schema.users.factors.passkeys import (
    RelyingParty,
    creation_options,
    credential_id_of,
    request_options,
    user_handle_of,
    verify_assertion,
    verify_creation,
)
from tenant_schema.users.factors.records import StoredPasskey
from tests.support.authenticator import Authenticator

ACME = RelyingParty("acme.example.com", "https://acme.example.com", "Acme")
DEMO = RelyingParty("demo.example.com", "https://demo.example.com", "Demo")
CHALLENGE, OTHER = b"c" * 32, b"d" * 32


def made(party: RelyingParty = ACME) -> tuple[Authenticator, StoredPasskey]:
    authenticator = Authenticator(party.origin)
    options = creation_options(party, CHALLENGE, b"handle", "ada@acme.example", "Ada", ())
    passkey = verify_creation(party, CHALLENGE, authenticator.create(options))
    assert passkey.transports == ("internal",)
    stored = StoredPasskey(
        UUID(int=1), UUID(int=2), passkey.credential_id, passkey.public_key, passkey.sign_count
    )
    return authenticator, stored


def test_a_passkey_is_created_and_signs() -> None:
    authenticator, stored = made()
    options = request_options(ACME, CHALLENGE, [stored])
    assertion = verify_assertion(ACME, CHALLENGE, authenticator.sign(options), stored)
    assert (assertion.sign_count, assertion.user_verified, assertion.synced) == (2, True, False)


def test_options_are_for_the_host_and_name_the_user_s_passkeys() -> None:
    _, stored = made()
    options = creation_options(ACME, CHALLENGE, b"handle", "ada@acme.example", "", [stored])
    assert options["rp"] == {"id": "acme.example.com", "name": "Acme"}
    assert options["user"]["displayName"] == "ada@acme.example"
    assert [one["id"] for one in options["excludeCredentials"]] == [
        request_options(ACME, CHALLENGE, [stored])["allowCredentials"][0]["id"]
    ]
    assert request_options(ACME, CHALLENGE)["userVerification"] == "required"
    assert request_options(ACME, CHALLENGE, [stored])["userVerification"] == "preferred"


@pytest.mark.parametrize(
    "signed",
    [
        lambda one, _: one.sign(request_options(ACME, OTHER)),
        lambda one, _: one.sign(request_options(DEMO, CHALLENGE)),
        lambda one, _: one.sign(request_options(ACME, CHALLENGE), host="demo.example.com"),
        lambda _, other: other.sign(request_options(ACME, CHALLENGE)),
        lambda one, _: Authenticator(
            "http://acme.example.com", key=one.key, credential_id=one.credential_id
        ).sign(request_options(ACME, CHALLENGE)),
    ],
    ids=["another challenge", "another host's options", "another host", "another key", "another scheme"],
)
def test_assertions_for_something_else_are_refused(
    signed: Callable[[Authenticator, Authenticator], dict[str, Any]],
) -> None:
    authenticator, stored = made()
    with pytest.raises(PasskeyRefused):
        verify_assertion(ACME, CHALLENGE, signed(authenticator, Authenticator(ACME.origin)), stored)


def test_creations_for_something_else_are_refused() -> None:
    options = creation_options(ACME, CHALLENGE, b"handle", "ada@acme.example", "Ada", ())
    for party, challenge, origin in (
        (ACME, OTHER, ACME.origin),
        (DEMO, CHALLENGE, ACME.origin),
        (ACME, CHALLENGE, DEMO.origin),
    ):
        with pytest.raises(PasskeyRefused):
            verify_creation(party, challenge, Authenticator(origin).create(options))


def test_user_handles_and_ids_are_read() -> None:
    authenticator, stored = made()
    credential = authenticator.sign(request_options(ACME, CHALLENGE))
    assert (credential_id_of(credential), user_handle_of(credential)) == (stored.credential_id, b"handle")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_PARTS = ("id", "rawId", "type", "response", "clientExtensionResults")
_RESPONSE = (
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
    "transports",
)


@given(st.sampled_from(_PARTS + _RESPONSE), _JSON)
def test_whatever_is_sent_instead_is_refused_or_verified(name: str, value: Any) -> None:
    authenticator, stored = made()
    creation = authenticator.create(creation_options(ACME, CHALLENGE, b"handle", "ada", "Ada", ()))
    assertion = authenticator.sign(request_options(ACME, CHALLENGE))
    for credential, verify in (
        (creation, lambda one: verify_creation(ACME, CHALLENGE, one)),
        (assertion, lambda one: verify_assertion(ACME, CHALLENGE, one, stored)),
        (assertion, credential_id_of),
        (assertion, user_handle_of),
    ):
        changed = json.loads(json.dumps(credential))
        (changed if name in _PARTS else changed["response"])[name] = value
        with contextlib.suppress(PasskeyRefused):
            verify(changed)
