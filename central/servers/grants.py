"""What a tenant's database user may do: its grants compared with those that it must have, and tried out."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

from central.servers.violations import Violation
from piccolo_engines.errors import AccessDenied, DatabaseMissing
from piccolo_engines.identifiers import quote, validate

__all__ = ["grant_pattern", "grant_violations", "reachable_databases"]

_GRANT: Final = re.compile(
    r"GRANT (?P<rights>.+?) ON (?P<on>.+?) TO .+?(?P<option> WITH GRANT OPTION)?", re.DOTALL
)
_ROWS: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


def grant_pattern(database: str, *, is_literal: bool) -> str:
    r"""Return the quoted database for ``GRANT … ON``, escaped so that it matches this database only.

    A database name is a pattern there, in which ``_`` matches any character unless escaped with ``\``. With
    MySQL's ``partial_revokes`` it is a plain name (``is_literal``), and a ``\`` would be part of it.

    >>> print(grant_pattern("tenant_acme", is_literal=False))
    "tenant\_acme"
    """
    name = validate(database)
    return quote(name) if is_literal else '"' + name.replace("_", r"\_").replace("%", r"\%") + '"'


def grant_violations(
    grants: Iterable[str], own: Collection[str], privileges: Collection[str], passable: Collection[str] = ()
) -> Iterator[Violation]:
    """Yield what a user may do beyond its own database, and whether it may not even read that.

    :param grants: as ``SHOW GRANTS`` prints them, names in ``"``.
    :param own: the object of the user's only grant, such as ``"tenant\\_acme".*``.
    :param privileges: what it may do there.
    :param passable: objects such as ``"tenant_acme"."sessions"``, in which it may also change rows.
    """
    may_read = False
    for text in grants:
        grant = _GRANT.fullmatch(text.partition(" IDENTIFIED BY")[0].partition(" REQUIRE ")[0].strip())
        rights = frozenset() if grant is None else _rights(grant["rights"])
        if grant is not None and not grant["option"]:
            if grant["on"] == "*.*" and rights <= {"USAGE"}:
                continue
            if grant["on"] in own and rights <= set(privileges):
                may_read = may_read or "SELECT" in rights
                continue
            if grant["on"] in passable and rights <= _ROWS:
                continue
        yield Violation("extra-grant", f"Its database user has a privilege too many: {_shown(text)}.")
    if not may_read:
        yield Violation("missing-grant", "Its database user may not read the tenant's database.")


async def reachable_databases(engine: Engine[Any], databases: Iterable[str]) -> list[Violation]:
    """Try to reach databases with an engine of the tenant's user, and close it.

    A database without tables counts as unreachable: a user with a global privilege is not refused there.
    """
    try:
        return [
            Violation("foreign-database", f"Its database user can reach the database {name}.")
            for name in databases
            if await _shows_tables(engine, name)
        ]
    finally:
        await engine.close_connection_pool()  # type: ignore[no-untyped-call] # in Piccolo


async def _shows_tables(engine: Engine[Any], database: str) -> bool:
    try:
        return bool(await engine.run_querystring(QueryString(f"SHOW TABLES FROM {quote(database)}")))
    except (AccessDenied, DatabaseMissing):
        return False


def _rights(text: str) -> frozenset[str]:
    return frozenset(part.strip().upper() for part in text.split(","))


def _shown(text: str) -> str:
    """A grant without the hash of a password."""
    return re.sub(r" IDENTIFIED BY PASSWORD '[^']*'", "", text)[:200]
