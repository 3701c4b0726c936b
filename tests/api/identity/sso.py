"""What tests of single sign-on begin with: a provider that is set up, and sign-ins as a browser does them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.api.conftest import World
from tests.support.identity_provider import CLIENT, HostileProvider

__all__ = ["PROVIDERS", "Company", "audit_of", "error_of", "set_up"]

PROVIDERS = "/api/v1/identity-providers"


def error_of(response: httpx.Response) -> str:
    """The code with which a refused sign-in leads to the sign-in page; no session was started."""
    assert response.status_code == 302, response.text
    path, _, code = response.headers["location"].partition("?error=")
    assert path == "/login", response.headers["location"]
    assert "set-cookie" not in response.headers
    assert response.content == b""
    return str(code)


async def set_up(
    world: World, provider: HostileProvider, slug: str = "acme", **changes: Any
) -> dict[str, Any]:
    """The provider ``company`` of a tenant, as its administrator has set it up."""
    administrator = await world.user("administrator", slug)
    body = {"name": "company", "issuer": provider.issuer, "clientId": CLIENT[0], "clientSecret": CLIENT[1]}
    response = await administrator.post(PROVIDERS, json=body | changes)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def audit_of(world: World, action: str) -> list[dict[str, Any]]:
    """The events of acme's audit trail, newest first."""
    administrator = await world.user()
    response = await administrator.get("/api/v1/audit", params={"action": action})
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["data"]
    return found


@dataclass
class Company:
    """Acme with its provider, and a browser."""

    world: World
    provider: HostileProvider
    id: str

    def browser(self, slug: str = "acme") -> httpx.AsyncClient:
        """A browser without cookies."""
        return self.world.client(f"{slug}.localhost")

    async def start(
        self, browser: httpx.AsyncClient, return_to: str = "/deals", name: str = "company"
    ) -> httpx.Response:
        """The browser is sent to the provider."""
        return await browser.get(f"/api/v1/auth/oidc/{name}/start", params={"returnTo": return_to})

    async def finish(self, browser: httpx.AsyncClient, address: str) -> httpx.Response:
        """The browser comes back."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == "http://acme.localhost", address
        return await browser.get(f"{parts.path}?{parts.query}")

    async def sign_in(self, browser: httpx.AsyncClient | None = None, **changes: str) -> httpx.Response:
        """A whole sign-in, and the response to its last request."""
        browser = browser or self.browser()
        started = await self.start(browser)
        assert started.status_code == 302, started.text
        return await self.finish(browser, self.provider.authorize(started.headers["location"], **changes))

    async def profile(self, browser: httpx.AsyncClient) -> dict[str, Any]:
        """Who is signed in with the browser's cookie, and with which roles."""
        response = await browser.get("/api/v1/auth/me")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def change(self, **changes: Any) -> None:
        """Change the provider's settings."""
        administrator = await self.world.user()
        response = await administrator.patch(f"{PROVIDERS}/{self.id}", json=changes)
        assert response.status_code == 200, response.text


MakeCompany = Callable[..., Any]
