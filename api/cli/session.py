"""The settings and services of a running command."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from api.cli.console import fail
from api.composition import Platform, compose
from api.errors import CentralOutOfDate
from central.database import CENTRAL
from central.errors import CentralError, SettingsError, TenantNotFound
from central.operators.audit import Actor
from central.provisioning.pipeline import Observer
from central.registry import TenantRecord
from central.secrets.key_check import KeyCheck
from central.settings.settings import Settings, read_env_file
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseError
from tenant_schema.problems import InvalidInput

__all__ = ["ACTOR", "ENV_FILE", "all_tenants", "load_settings", "reason_of", "run", "tenant_called"]

ENV_FILE: Final = Path(".env")
ACTOR: Final = Actor("command line")
"""The actor in the audit trail."""

_PAGE: Final = 200
_Result = TypeVar("_Result")


def load_settings() -> Settings:
    """Return the settings, or end the command with all of their problems."""
    try:
        return Settings.from_env(read_env_file(ENV_FILE))
    except SettingsError as error:
        fail(str(error))


def run(
    settings: Settings,
    work: Callable[[Platform], Awaitable[_Result]],
    *,
    is_migrating: bool = False,
    checks_keys: bool = True,
    observer: Observer | None = None,
) -> _Result:
    """Run ``work`` with the services and the central database bound, and return its result.

    Ends the command with a message when it fails.

    :param is_migrating: skip the check that the central database is up to date.
    :param checks_keys: check that ENCRYPTION_KEY is the key of this installation.
    :param observer: called around every step of provisioning.
    """
    try:
        return asyncio.run(_run(settings, work, observer, (is_migrating, checks_keys)))
    except TenantNotFound as error:
        fail(f"There is no tenant {error.tenant!r}; `freehold tenants list` lists all tenants.")
    except InvalidInput as error:
        fail("\n".join(f"{problem.field}: {problem.message}" for problem in error.problems))
    except (CentralError, CentralOutOfDate, DatabaseError) as error:
        fail(reason_of(error))


def reason_of(error: Exception) -> str:
    """Return an error's message with that of its cause."""
    cause = error.__cause__
    if cause is None:
        return str(error)
    return f"{error} ({cause.args[-1] if cause.args else cause})"


async def tenant_called(platform: Platform, slug: str) -> TenantRecord:
    """Return the tenant with this slug. Raises ``TenantNotFound``."""
    return await platform.registry.record((await platform.registry.by_slug(slug)).id)


async def all_tenants(
    platform: Platform, status: TenantStatus | None = None, search: str | None = None
) -> list[TenantRecord]:
    """Return every tenant, newest first."""
    found: list[TenantRecord] = []
    cursor = None
    while True:
        page = await platform.registry.page(_PAGE, cursor, status, search)
        found += page.items
        if page.next is None:
            return found
        cursor = page.next


async def _run(
    settings: Settings,
    work: Callable[[Platform], Awaitable[_Result]],
    observer: Observer | None,
    checks: tuple[bool, bool],
) -> _Result:
    is_migrating, checks_keys = checks
    async with _opened(settings, observer) as platform:
        if not is_migrating:
            await _require_central(platform)
            if checks_keys:
                await KeyCheck(platform.vault).require()
        return await work(platform)


async def _require_central(platform: Platform) -> None:
    """End the command if the central database does not respond. Raises if it is not up to date."""
    try:
        pending = await platform.central_migrator.pending(platform.central_engine)
    except DatabaseError as error:
        fail(f"The central database: {reason_of(error)} {_remedy(platform.settings)}")
    if pending:
        raise CentralOutOfDate(len(pending))


def _remedy(settings: Settings) -> str:
    if settings.central_database_url.startswith("sqlite"):
        return "`freehold setup` creates it. Check the current folder and DATA_DIR."
    return "Check CENTRAL_DATABASE_URL, and that its server runs."


@asynccontextmanager
async def _opened(settings: Settings, observer: Observer | None) -> AsyncIterator[Platform]:
    platform = compose(settings, observer)
    try:
        with CENTRAL.bind(platform.central_engine):
            yield platform
    finally:
        await platform.close()
