"""Checks of the central database, the database servers, and the encryption keys."""

from collections.abc import Iterable, Iterator

from api.checkup.finding import Finding, error, fine, warning
from api.composition import Platform
from api.number_text import counted
from central.migrations.recorded import MigrationsUnknown
from central.secrets.key_check import KeyCheck
from central.secrets.key_rotation import KeyRotation
from piccolo_engines.errors import DatabaseError

__all__ = ["check_central", "check_keys", "check_servers"]

_ABOUT = "central database"
_PROBE = "freehold_doctor"


async def check_central(platform: Platform) -> list[Finding]:
    """Check that the central database responds and is up to date, then its operators."""
    try:
        pending = await platform.central_migrator.pending(platform.central_engine)
    except DatabaseError as problem:
        return [
            error(_ABOUT, f"It does not respond: {problem}", "Check CENTRAL_DATABASE_URL and its server.")
        ]
    except MigrationsUnknown as problem:
        return [error(_ABOUT, str(problem), "Use the version of Freehold that created it.")]
    if pending:
        message = f"{counted(len(pending), 'migration')} not run yet."
        return [error(_ABOUT, message, "freehold migrate --central-only")]
    return [
        fine(_ABOUT, "It responds and is up to date."),
        await _operators(platform),
    ]


async def check_servers(platform: Platform) -> list[Finding]:
    """Check that every database server accepts the administrator's login."""
    found = []
    for server in platform.servers:
        about = f"database server {server.name}"
        try:
            await server.database_exists(_PROBE)
        except (DatabaseError, OSError) as problem:
            found.append(error(about, f"It does not respond: {problem}", "Check DB_HOST, DB_ROOT_USER, …"))
        else:
            found.append(fine(about, "It responds."))
    return found


async def check_keys(platform: Platform) -> list[Finding]:
    """Check that all sealed secrets can be opened and are sealed with the first key."""
    by_key = await KeyRotation(platform.vault).by_key() + await platform.backups.parts.data_keys.by_key()
    check = await KeyCheck(platform.vault).key_id()
    known = frozenset(key.id for key in platform.settings.encryption_keys)
    current = platform.vault.current_key_id
    if check is not None:
        by_key.setdefault(check, 0)
    entries = await platform.directory.by_key()
    unused = known - by_key.keys() - entries.keys() - {current}
    found = [*_keys(by_key, known, current), *_unused(unused)]
    found = found or [fine("encryption keys", f"All secrets are sealed with {current}.")]
    return found + list(_entries(entries, known, current))


def _entries(by_key: dict[str, int], known: frozenset[str], current: str) -> Iterator[Finding]:
    for key_id, number in sorted(by_key.items()):
        what = f"{counted(number, 'address')} written with the key {key_id}"
        if key_id not in known:
            message = f"{what}, which ENCRYPTION_KEY does not contain: they are not found."
            yield warning("directory", message, "freehold directory rebuild")
        elif key_id != current:
            yield warning("directory", f"{what}, an older one.", "freehold keys rotate")


def _keys(by_key: dict[str, int], known: frozenset[str], current: str) -> Iterator[Finding]:
    for key_id, number in sorted(by_key.items()):
        about = f"encryption key {key_id}"
        if key_id not in known:
            message = f"{_what(number)} sealed with a key that ENCRYPTION_KEY does not contain."
            yield error(about, message, "Add the key that they were sealed with after the first one.")
        elif key_id != current:
            yield warning(about, f"{_what(number)} sealed with an older key.", "freehold keys rotate")


def _unused(key_ids: Iterable[str]) -> Iterator[Finding]:
    for key_id in sorted(key_ids):
        message = "No secret is sealed with it."
        yield warning(f"encryption key {key_id}", message, "Remove it from ENCRYPTION_KEY and restart.")


def _what(number: int) -> str:
    return f"{number} credentials are" if number else "This installation's key check is"


async def _operators(platform: Platform) -> Finding:
    active = [
        one
        for one in await platform.operators.list()
        if one.active and any(token.revoked_at is None for token in one.tokens)
    ]
    if not active:
        return error("operators", "No operator has a valid token.", "freehold operators create NAME")
    return fine("operators", f"{len(active)} can sign in.")
