"""A provider in this process, and acme with it."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from tests.api.conftest import World
from tests.api.identity.sso import Company, set_up
from tests.support.identity_provider import HostileProvider, running_provider


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    """A provider that does what the test tells it."""
    with running_provider() as found:
        yield found


@pytest.fixture
async def local_world(world_with: Callable[..., Any]) -> AsyncIterator[World]:
    """Freehold in local use, where providers may be on this machine."""
    async with world_with(local=True, port=80, oidc_allow_private_networks=True) as world:
        yield world


@pytest.fixture
async def company(local_world: World, provider: HostileProvider) -> Company:
    """Acme with its provider, and its members' addresses."""
    made = await set_up(local_world, provider, domains=["acme.example"], defaultRoles=["viewer"])
    return Company(local_world, provider, made["id"])
