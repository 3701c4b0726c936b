"""Single sign-on with a real provider: npm's oidc-provider, and a browser."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.admin.chromium import launched
from tests.api.conftest import KEY, ON_SQLITE, PASSWORD, World
from tests.api.identity.sso import PROVIDERS, error_of
from tests.support.node import NodeMissing
from tests.support.processes import free_port, serving
from tests.support.real_provider import RealProvider, install_provider, real_provider

PEOPLE = {
    "member": {"email": "member@acme.example", "email_verified": True, "groups": ["leads"]},
    "grace": {"email": "grace@acme.example", "email_verified": True, "name": "Grace Hopper"},
    "mallory": {"email": "administrator@acme.example", "email_verified": False},
}
CALLBACK = "http://acme.localhost/api/v1/auth/oidc/company/callback"
START = "/api/v1/auth/oidc/company/start?returnTo=/deals"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Node.js, and the folder of the provider; without npm the test is skipped, or fails where it must be."""
    folder = tmp_path_factory.mktemp("oidc_provider")
    try:
        return install_provider(folder), folder
    except NodeMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have oidc-provider: {missing}")
        pytest.skip(f"NOT TESTED WITH A REAL PROVIDER: {missing}")


@pytest.fixture
def started(installed: tuple[str, Path]) -> Iterator[Callable[[str], RealProvider]]:
    """Starts the provider with a redirect URI."""
    with ExitStack() as stack:
        yield lambda uri: stack.enter_context(real_provider(*installed, uri, PEOPLE))


def settings_of(provider: RealProvider) -> dict[str, Any]:
    """What an administrator sets up."""
    return {
        "name": "company",
        "issuer": provider.issuer,
        "clientId": provider.client[0],
        "clientSecret": provider.client[1],
        "domains": ["acme.example"],
        "defaultRoles": ["viewer"],
        "roleRules": [{"claim": "groups", "value": "leads", "roles": ["manager"]}],
    }


async def came_back(world: World, provider: RealProvider, login: str) -> tuple[httpx.AsyncClient, str]:
    """A browser, and the address that it is sent back to after somebody has signed in at the provider."""
    browser = world.client()
    response = await browser.get(START)
    assert response.status_code == 302, response.text
    back = await asyncio.to_thread(provider.person, response.headers["location"], login, CALLBACK)
    parts = urlsplit(back)
    return browser, f"{parts.path}?{parts.query}"


@ON_SQLITE
async def test_people_sign_in_through_a_real_provider(
    local_world: World, started: Callable[[str], RealProvider]
) -> None:
    provider = started(CALLBACK)
    administrator = await local_world.user()
    made = await administrator.post(PROVIDERS, json=settings_of(provider))
    assert made.json()["redirectUri"] == CALLBACK
    tested = (await administrator.post(f"{PROVIDERS}/{made.json()['id']}/test")).json()
    assert (tested["ok"], tested["warnings"], tested["signingKeys"]) == (True, [], 1)

    browser, back = await came_back(local_world, provider, "member")
    assert (await browser.get(back)).headers["location"] == "/deals"
    profile = (await browser.get("/api/v1/auth/me")).json()
    assert profile["user"]["email"] == "member@acme.example"
    assert error_of(await browser.get(back)) == "state-invalid"  # the same response again

    provider.change(rotate=True)
    browser, back = await came_back(local_world, provider, "grace")
    assert (await browser.get(back)).headers["location"] == "/deals"
    profile = (await browser.get("/api/v1/auth/me")).json()
    assert (profile["user"]["email"], profile["roles"]) == ("grace@acme.example", ["viewer"])

    browser, back = await came_back(local_world, provider, "mallory")
    assert error_of(await browser.get(back)) == "email-unverified"
    _, back = await came_back(local_world, provider, "member")
    assert error_of(await local_world.client().get(back)) == "state-invalid"  # in another browser
    assert error_of(await local_world.client("demo.localhost").get(back)) == "state-invalid"

    for clock, expected in ((50, "/deals"), (200, "/login?error=token-invalid")):
        provider.change(clock=clock)
        browser, back = await came_back(local_world, provider, "member")
        assert (await browser.get(back)).headers["location"] == expected


async def test_a_browser_signs_in_through_a_real_provider(
    folder: Path, started: Callable[[str], RealProvider]
) -> None:
    port = free_port()
    address = f"http://acme.localhost:{port}"
    provider = started(f"{address}/api/v1/auth/oidc/company/callback")
    environ = {
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
        "ENCRYPTION_KEY": KEY.secret.hex(),
        "SQLITE_SYNCHRONOUS": "OFF",
        "FREEHOLD_LOCAL": "1",
    }
    with serving(folder=folder, port=port, environ=environ):
        await set_up_over_http(port, provider)
        async with launched() as browser:
            page = await browser.new_page()
            await page.goto(f"{address}/api/v1/auth/oidc/company/start?returnTo=/api/v1/auth/me")
            await page.fill("[name=login]", "grace")
            await page.fill("[name=password]", "x")
            await page.click("button[type=submit]")
            await page.click("button[type=submit]")  # the provider asks for consent
            await page.wait_for_url(f"{address}/api/v1/auth/me")
            assert "grace@acme.example" in await page.content()
            cookies = {one["name"]: one for one in await page.context.cookies(address)}
            assert all(one["httpOnly"] and one["sameSite"] == "Lax" for one in cookies.values())
            assert await page.evaluate("document.cookie") == ""


async def set_up_over_http(port: int, provider: RealProvider) -> None:
    """The provider, as the administrator of a server that runs sets it up."""
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers={"Host": f"acme.localhost:{port}"}
    ) as client:
        body = {"email": "administrator@acme.example", "password": PASSWORD}
        token = (await client.post("/api/v1/auth/login", json=body)).json()["accessToken"]
        headers = {"Authorization": f"Bearer {token}"}
        response = await client.post(PROVIDERS, json=settings_of(provider), headers=headers)
        assert response.status_code == 201, response.text
