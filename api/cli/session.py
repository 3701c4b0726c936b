"""The settings and services of a running command."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar
from uuid import UUID

from api.central_services import CentralServices, central_services
from api.cli.console import fail
from api.errors import CentralOutOfDate
from central.database import CENTRAL, CentralEngine
from central.errors import CentralError, SettingsError, TenantNotFound
from central.jobs.pipeline import Observer
from central.migrations.pending_in_central import pending_in_central
from central.operators.audit import Actor
from central.registry import Registry, TenantRecord, TenantRef
from central.secrets.key_check import KeyCheck
from central.secrets.vault import Vault
from central.settings.settings import Settings, read_env_file
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseError
from tenant_schema.problems import InvalidInput

if TYPE_CHECKING:
    from api.composition import Platform

__all__ = [
    "ACTOR",
    "ENV_FILE",
    "WithRegistry",
    "all_tenants",
    "load_settings",
    "reason_of",
    "run",
    "run_central",
    "tenant_called",
    "tenant_or_deleted",
]

ENV_FILE: Final = Path(".env")
ACTOR: Final = Actor("command line")
"""The actor in the audit trail."""

_PAGE: Final = 200
_Result = TypeVar("_Result")


class WithRegistry(Protocol):
    """Services with a registry: the whole platform, or those of the central database."""

    @property
    def registry(self) -> Registry: ...


class _Services(Protocol):
    """What is common to the whole platform and to :class:`~api.central_services.CentralServices`."""

    @property
    def settings(self) -> Settings: ...
    @property
    def central_engine(self) -> CentralEngine: ...
    @property
    def vault(self) -> Vault: ...
    async def close(self) -> None: ...


_ServicesT = TypeVar("_ServicesT", bound=_Services)


def load_settings() -> Settings:
    """Return the settings, or end the command with all of their problems."""
    try:
        return Settings.from_env(read_env_file(ENV_FILE))
    except SettingsError as error:
        fail(str(error))


def run(
    settings: Settings,
    work: "Callable[[Platform], Awaitable[_Result]]",
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
    # Not at the top: it imports everything that serves requests (ADR 114).
    from api.composition import compose  # noqa: PLC0415

    with _reported():
        return asyncio.run(_run(partial(compose, settings, observer), work, (is_migrating, checks_keys)))
    raise AssertionError("unreachable")


def run_central(
    settings: Settings,
    work: Callable[[CentralServices], Awaitable[_Result]],
    *,
    is_migrating: bool = False,
    checks_keys: bool = True,
) -> _Result:
    """As :func:`run`, for work that needs no tenant's database: starts in a fraction of the time."""
    with _reported():
        return asyncio.run(_run(partial(central_services, settings), work, (is_migrating, checks_keys)))
    raise AssertionError("unreachable")


@contextmanager
def _reported() -> Iterator[None]:
    """End the command with a message when the block fails."""
    try:
        yield
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


async def tenant_called(platform: WithRegistry, slug: str) -> TenantRecord:
    """Return the tenant with this slug, or this id. Raises ``TenantNotFound``."""
    return await platform.registry.record((await _named(platform, slug)).id)


async def tenant_or_deleted(platform: WithRegistry, slug: str) -> TenantRecord:
    """Return the tenant with this slug, or this id; else the deleted one that had the slug.

    Ends the command if there are several of these. Raises ``TenantNotFound``.
    """
    try:
        return await tenant_called(platform, slug)
    except TenantNotFound:
        deleted = await all_tenants(platform, TenantStatus.DELETED, slug)
        found = [one for one in deleted if one.ref.slug == slug]
        if len(found) > 1:
            ids = "\n".join(f"  {one.ref.id}  {one.ref.name}" for one in found)
            fail(f"Several deleted tenants had the slug {slug}; name one by its id:\n{ids}")
        if not found:
            raise
        return found[0]


async def _named(platform: WithRegistry, slug: str) -> TenantRef:
    try:
        return await platform.registry.by_slug(slug)
    except TenantNotFound:
        try:
            tenant_id = UUID(slug)
        except ValueError:
            raise TenantNotFound(slug) from None
        return await platform.registry.get(tenant_id)


async def all_tenants(
    platform: WithRegistry, status: TenantStatus | None = None, search: str | None = None
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
    create: Callable[[], _ServicesT],
    work: Callable[[_ServicesT], Awaitable[_Result]],
    checks: tuple[bool, bool],
) -> _Result:
    is_migrating, checks_keys = checks
    services = create()
    try:
        with CENTRAL.bind(services.central_engine):
            if not is_migrating:
                await _require_central(services.settings)
                if checks_keys:
                    await KeyCheck(services.vault).require()
            return await work(services)
    finally:
        await services.close()


async def _require_central(settings: Settings) -> None:
    """End the command if the central database does not respond. Raises if it is not up to date."""
    try:
        pending = await pending_in_central()
    except DatabaseError as error:
        fail(f"The central database: {reason_of(error)} {_remedy(settings)}")
    if pending:
        raise CentralOutOfDate(len(pending))


def _remedy(settings: Settings) -> str:
    if settings.central_database_url.startswith("sqlite"):
        return "`freehold setup` creates it. Check the current folder and DATA_DIR."
    return "Check CENTRAL_DATABASE_URL, and that its server runs."
