"""The names of tenants' databases and database users, and of servers."""

import hashlib

from piccolo_engines.identifiers import validate

__all__ = ["PREFIX", "database_name", "database_username", "server_name"]

PREFIX = "tenant_"
"""The default prefix of the names of tenants' databases and users."""

_MAX_USERNAME = 32  # characters, in MySQL


def database_name(slug: str, prefix: str = PREFIX) -> str:
    """Return the name of a tenant's database: the prefix and the slug, including hyphens.

    >>> database_name("north-sea")
    'tenant_north-sea'
    """
    return validate(f"{prefix}{slug}")


def database_username(slug: str, prefix: str = PREFIX) -> str:
    """Return the name of a tenant's database user. A long slug is cut and gets a hash.

    Names with a hash have exactly 32 characters, names without have fewer, so they never collide.

    >>> database_username("acme")
    'tenant_acme_user'
    """
    name = f"{database_name(slug, prefix)}_user"
    if len(name) < _MAX_USERNAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"{name[: _MAX_USERNAME - 16]}_{digest}_user"


def server_name(host: str, port: int) -> str:
    """Return the name of a database server, as stored in a tenant's row.

    >>> server_name("DB1.internal", 3306)
    'db1.internal:3306'
    """
    return f"{host.lower()}:{port}"
