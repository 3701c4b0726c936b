"""What a tenant's database and its user are called, and what a server is."""

import hashlib

from piccolo_engines.identifiers import validate

__all__ = ["PREFIX", "database_name", "database_username", "server_name"]

PREFIX = "tenant_"
"""What the names of tenants' databases and users begin with, unless the settings say otherwise."""

_MAX_USERNAME = 32  # characters, in MySQL


def database_name(slug: str, prefix: str = PREFIX) -> str:
    """The name of a tenant's database: the prefix and the slug, hyphens included.

    >>> database_name("north-sea")
    'tenant_north-sea'
    """
    return validate(f"{prefix}{slug}")


def database_username(slug: str, prefix: str = PREFIX) -> str:
    """The name of a tenant's database user; a long slug is cut and gets a hash.

    A name with a hash has exactly 32 characters and one without has fewer, so they never coincide.

    >>> database_username("acme")
    'tenant_acme_user'
    """
    name = f"{database_name(slug, prefix)}_user"
    if len(name) < _MAX_USERNAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name[: _MAX_USERNAME - 16]}_{digest}_user"


def server_name(host: str, port: int) -> str:
    """What a tenant's row calls a database server.

    >>> server_name("DB1.internal", 3306)
    'db1.internal:3306'
    """
    return f"{host.lower()}:{port}"
