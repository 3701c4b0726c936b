"""The tenants acme and demo, and refusals of central hosts that are sent at once."""

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from api.directory.sign_in import CentralSignIn
from central.database import CENTRAL
from piccolo_conf import DB
from tenant_schema.users.tables import User
from tests.api.conftest import PASSWORD, World

BOTH = "ada@both.example"


@dataclass
class Desk:
    """Signing in on a central host, and the seconds that refusals would have waited."""

    world: World
    waited: list[float] = field(default_factory=list)

    @property
    def service(self) -> CentralSignIn:
        return self.world.platform.central_sign_in

    async def sign_in(self, email: str = BOTH, password: str = PASSWORD, **more: Any) -> httpx.Response:
        """The response to POST /sign-in."""
        body = {"email": email, "password": password}
        return await self.world.client("localhost").post("/sign-in", json=body, **more)

    async def slugs(self, email: str = BOTH, password: str = PASSWORD) -> list[str]:
        """The tenants in the response, none if it is a refusal."""
        response = await self.sign_in(email, password)
        assert response.status_code in (200, 401), response.text
        return [one["slug"] for one in response.json().get("tenants", [])]

    async def add(self, slug: str, email: str = BOTH, password: str = PASSWORD, **more: Any) -> None:
        """A user in the tenant, and in the directory."""
        platform, tenant = self.world.platform, await self.world.tenant(slug)
        with CENTRAL.bind(platform.central_engine):
            async with platform.tenancy.use(tenant), DB.transaction():
                hashed = await platform.passwords.hash(password)
                await User.insert(User(email=email, password_hash=hashed, **more))
            await platform.directory_updates.rebuild(tenant)


@pytest.fixture
async def desk(world: World) -> Desk:
    made = Desk(world)

    async def pause(seconds: float) -> None:
        made.waited.append(seconds)

    made.service.pause = pause
    made.service.seconds = 60.0
    return made
