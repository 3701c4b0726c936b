"""Keys and tokens of a provider in tests."""

import functools
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

__all__ = ["claims_of", "jwk_of", "private_key", "signed"]


@functools.cache
def private_key(kind: str, number: int = 0) -> Any:
    """A key of this kind; others for other numbers."""
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    if kind == "RSA-1024":
        return rsa.generate_private_key(65537, 1024)  # noqa: S505 (to be refused)
    return ec.generate_private_key(ec.SECP256R1()) if kind == "EC" else ed25519.Ed25519PrivateKey.generate()


def jwk_of(key: Any, kid: str | None = "one", **more: Any) -> dict[str, Any]:
    """The public key as a JWK."""
    algorithm: Any = jwt.get_algorithm_by_name(
        {"RSAPrivateKey": "RS256", "ECPrivateKey": "ES256"}.get(type(key).__name__, "EdDSA")
    )
    found: dict[str, Any] = algorithm.to_jwk(key.public_key(), as_dict=True)
    found.pop("key_ops", None)
    return found | ({"kid": kid} if kid else {}) | {"use": "sig"} | more


def signed(claims: dict[str, Any], key: Any, algorithm: str = "RS256", kid: str | None = "one") -> str:
    """A token."""
    return jwt.encode(claims, key, algorithm, headers={"kid": kid} if kid else {})


def claims_of(now: float = 1_000_000.0, **changes: Any) -> dict[str, Any]:
    """The claims of a valid id token of ``https://login.example`` for the client ``freehold``."""
    return {
        "iss": "https://login.example",
        "aud": "freehold",
        "sub": "ada",
        "nonce": "n" * 43,
        "iat": now,
        "exp": now + 300,
    } | changes
