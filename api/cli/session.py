"""What a command works with: the settings, and the services for as long as it runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from api.cli.console import fail
from api.composition import Platform, compose
from api.errors import CentralOutOfDate
from central.audit import Actor
from central.database import CENTRAL
from central.errors import CentralError, SettingsError
from central.settings import Settings, read_env_file
from piccolo_engines.errors import DatabaseError

__all__ = ["ACTOR", "ENV_FILE", "load_settings", "run"]

ENV_FILE: Final = Path(".env")
ACTOR: Final = Actor("command line")
"""Who acts, for the audit trail."""

_Result = TypeVar("_Result")


def load_settings() -> Settings:
    """The settings, or the end of the command with everything that is wrong with them."""
    try:
        return Settings.from_env(read_env_file(ENV_FILE))
    except SettingsError as error:
        fail(str(error))


def run(
    settings: Settings,
    work: Callable[[Platform], Awaitable[_Result]],
    *,
    is_migrating: bool = False,
) -> _Result:
    """What ``work`` gives, called with the services and the central database bound.

    Ends the command with a sentence when that cannot be. Unless the command is ``is_migrating`` the central
    database, that has to be up to date.
    """
    try:
        return asyncio.run(_run(settings, work, is_migrating=is_migrating))
    except (CentralError, CentralOutOfDate, DatabaseError) as error:
        fail(str(error))


async def _run(
    settings: Settings, work: Callable[[Platform], Awaitable[_Result]], *, is_migrating: bool
) -> _Result:
    async with _opened(settings) as platform:
        if not is_migrating:
            pending = await platform.central_migrator.pending(platform.central_engine)
            if pending:
                raise CentralOutOfDate(len(pending))
        return await work(platform)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Platform]:
    platform = compose(settings)
    try:
        with CENTRAL.bind(platform.central_engine):
            yield platform
    finally:
        await platform.close()
