"""Users with second factors, over HTTP."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pyotp

from central.database import CENTRAL
from tenant_schema.users.sign_in_tables import Factor
from tests.api.conftest import PASSWORD, World
from tests.support.authenticator import Authenticator

__all__ = ["CONFIRM", "FACTORS", "LOGIN", "ORIGIN", "App", "login", "pages_of", "with_app", "with_passkey"]

FACTORS, LOGIN, CONFIRM = "/api/v1/me/factors", "/api/v1/auth/login", "/api/v1/auth/confirm"
ORIGIN = "https://acme.localhost"


@dataclass
class App:
    """An authenticator app with one secret of a user of acme."""

    world: World
    totp: pyotp.TOTP
    id: str
    recovery_codes: list[str]

    async def code(self) -> str:
        """A code that is accepted now, as if no other had been used in the last minute."""
        with CENTRAL.bind(self.world.platform.central_engine):
            async with self.world.platform.tenancy.use(await self.world.tenant("acme")):
                await Factor.update({Factor.last_step: 0}, force=True)
        return self.totp.at(datetime.now(UTC))


async def login(world: World, email: str, **more: Any) -> httpx.Response:
    """Sign in with the right password."""
    host = email.partition("@")[2].replace(".example", ".localhost")
    return await world.client(host).post(LOGIN, json={"email": email, "password": PASSWORD, **more})


async def with_app(world: World, client: httpx.AsyncClient) -> App:
    """Add an authenticator app to the user of this client."""
    begun = (await client.post(FACTORS, json={"kind": "totp", "name": "Phone"})).json()
    totp = pyotp.TOTP(begun["secret"])
    answer = await client.post(f"{FACTORS}/{begun['id']}", json={"code": totp.at(datetime.now(UTC))})
    assert answer.status_code == 200, answer.text
    return App(world, totp, begun["id"], answer.json().get("recoveryCodes", []))


async def with_passkey(
    client: httpx.AsyncClient, origin: str = ORIGIN
) -> tuple[Authenticator, httpx.Response]:
    """Add a passkey to the user of this client."""
    begun = (await client.post(FACTORS, json={"kind": "passkey", "name": "Key"})).json()
    authenticator = Authenticator(origin)
    credential = authenticator.create(begun["publicKey"])
    return authenticator, await client.post(f"{FACTORS}/{begun['id']}", json={"credential": credential})


def pages_of(world: World, host: str = "acme.localhost") -> httpx.AsyncClient:
    """A browser without a session on pages of this host."""
    return world.client(host, headers={"origin": f"https://{host}"})
