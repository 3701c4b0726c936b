"""Removes passwords, tokens and other secrets from values before they are stored."""

from collections.abc import Mapping, Sequence

__all__ = ["is_secret_name", "without_secrets"]

_SECRET = (
    "password",
    "passwd",
    "secret",
    "token",
    "credential",
    "credentials",
    "authorization",
    "apikey",
    "link",
)


def is_secret_name(name: str) -> bool:
    """Whether a name is that of a secret: ``dbPassword``, ``operator_token``, ``Authorization``."""
    return name.replace("_", "").replace("-", "").lower().endswith(_SECRET)


def without_secrets(value: object) -> object:
    """Return a copy of a JSON-like value with None in place of every secret, at any depth.

    >>> without_secrets({"dbName": "tenant_acme", "admin": {"password": "hush"}})
    {'dbName': 'tenant_acme', 'admin': {'password': None}}
    """
    if isinstance(value, Mapping):
        return {
            key: None if is_secret_name(str(key)) else without_secrets(held) for key, held in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [without_secrets(held) for held in value]
    return value
