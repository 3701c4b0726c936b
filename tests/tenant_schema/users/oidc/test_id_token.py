"""Id tokens: which signatures are accepted, and for whom a token is valid, and when."""

import base64
import hashlib
import json
from typing import Any

import jwt
import pytest

from tenant_schema.users.oidc.errors import InvalidToken
from tenant_schema.users.oidc.id_token import Header, check_claims, parse_header, verify_signature
from tenant_schema.users.oidc.keys import KeySet
from tests.tenant_schema.users.oidc.signing import claims_of, jwk_of, private_key, signed

NOW = 1_000_000.0
ACCESS_TOKEN = "an-access-token"


def checked(claims: dict[str, Any], access_token: str | None = None, algorithm: str = "RS256") -> None:
    check_claims(
        claims,
        issuer="https://login.example",
        client_id="freehold",
        nonce="n" * 43,
        now=NOW,
        header=Header(algorithm, "one"),
        access_token=access_token,
    )


def unsigned(header: dict[str, Any]) -> str:
    parts = (json.dumps(one).encode() for one in (header, claims_of()))
    return ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts) + "."


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("RSA", "RS256"), ("RSA", "RS512"), ("RSA", "PS256"), ("EC", "ES256"), ("Ed25519", "EdDSA")],
)
def test_a_token_is_verified_by_the_key_that_its_header_names(kind: str, algorithm: str) -> None:
    key = private_key(kind)
    keys = KeySet({"keys": [jwk_of(private_key(kind, 1), "two"), jwk_of(key)]})
    token = signed(claims_of(), key, algorithm)
    header = parse_header(token)
    found = keys.find(header)
    assert found is not None
    assert verify_signature(token, header, found)["sub"] == "ada"


def test_a_token_with_another_signature_is_refused() -> None:
    token = signed(claims_of(), private_key("RSA", 1))
    key = KeySet({"keys": [jwk_of(private_key("RSA"))]}).find(parse_header(token))
    assert key is not None
    with pytest.raises(InvalidToken, match="signature"):
        verify_signature(token, parse_header(token), key)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "HS512", "RS1", ""])
def test_tokens_without_a_signature_of_a_public_key_are_refused(algorithm: str) -> None:
    with pytest.raises(InvalidToken, match="algorithm"):
        parse_header(unsigned({"alg": algorithm, "kid": "one"}))


def test_a_public_key_is_not_taken_for_the_secret_of_an_hmac() -> None:
    public = jwk_of(private_key("RSA"))["n"]
    token = jwt.encode(claims_of(), public, "HS256", headers={"kid": "one"})
    with pytest.raises(InvalidToken, match="algorithm"):
        parse_header(token)
    assert len(KeySet({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]})) == 0


@pytest.mark.parametrize(
    "text", ["", "a.b", "a.b.c.d", "!!.e30.", "eyJhbGciOjF9.e30.", "bm8.e30.", "[" * 70_000]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidToken):
        parse_header(text)


def test_keys_that_do_not_fit_are_not_found() -> None:
    rsa = private_key("RSA")
    header = Header("RS256", "one")
    assert KeySet({"keys": [jwk_of(rsa, "two")]}).find(header) is None
    assert KeySet({"keys": [jwk_of(rsa, use="enc")]}).find(header) is None
    assert KeySet({"keys": [jwk_of(rsa, alg="RS512")]}).find(header) is None
    assert KeySet({"keys": [jwk_of(private_key("EC"))]}).find(header) is None
    assert KeySet({"keys": [jwk_of(rsa), jwk_of(private_key("RSA", 1))]}).find(header) is None
    for malformed in ({}, {"keys": None}, {"keys": [1, None, {"kty": []}]}):
        assert KeySet(malformed).find(header) is None


def test_a_token_without_a_key_id_is_verified_by_the_only_key_of_its_type() -> None:
    rsa, header = private_key("RSA"), Header("RS256")
    assert KeySet({"keys": [jwk_of(rsa), jwk_of(private_key("EC"))]}).find(header) is not None
    assert KeySet({"keys": [jwk_of(rsa), jwk_of(private_key("RSA", 1), "two")]}).find(header) is None


@pytest.mark.parametrize(
    ("key", "message"),
    [({"kty": "RSA", "kid": "one", "n": "AQ", "e": 3}, "malformed"), (None, "too short")],
)
def test_unsafe_keys_are_refused(key: dict[str, Any] | None, message: str) -> None:
    with pytest.raises(InvalidToken, match=message):
        KeySet({"keys": [key or jwk_of(private_key("RSA-1024"))]}).find(Header("RS256", "one"))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": ["freehold"]},
        {"aud": ["freehold", "other"], "azp": "freehold"},
        {"iat": NOW + 59, "nbf": NOW + 59},
        {"exp": NOW - 59},
        {"iat": NOW - 3_000},
    ],
)
def test_claims_for_this_client_and_time_are_accepted(changes: dict[str, Any]) -> None:
    checked(claims_of(NOW, **changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"iss": "https://login.example/"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "other"}, "for another client|to another client"),
        ({"aud": []}, "for another client|to another client"),
        ({"aud": None}, "for another client|to another client"),
        ({"aud": ["freehold", "other"]}, "for another client|to another client"),
        ({"azp": "other"}, "for another client|to another client"),
        ({"exp": NOW - 61}, "expired"),
        ({"exp": None}, "does not say"),
        ({"iat": None}, "does not say"),
        ({"iat": NOW + 61}, "not valid yet"),
        ({"nbf": NOW + 61}, "not valid yet"),
        ({"exp": "never"}, "not a time"),
        ({"exp": True}, "not a time"),
        ({"nonce": "m" * 43}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": ""}, "subject"),
        ({"sub": 5}, "subject"),
        ({"sub": "x" * 256}, "subject"),
    ],
)
def test_claims_for_another_client_or_time_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidToken, match=message):
        checked(claims_of(NOW, **changes))


@pytest.mark.parametrize(("algorithm", "bits"), [("RS256", 256), ("ES384", 384), ("EdDSA", 512)])
def test_the_access_token_is_that_of_the_id_token(algorithm: str, bits: int) -> None:
    digest = hashlib.new(f"sha{bits}", ACCESS_TOKEN.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: bits // 16]).rstrip(b"=").decode()
    checked(claims_of(NOW, at_hash=half), ACCESS_TOKEN, algorithm)
    for at_hash in ("x" + half[1:], 5, None):
        with pytest.raises(InvalidToken, match="another access token"):
            checked(claims_of(NOW, at_hash=at_hash), ACCESS_TOKEN, algorithm)
