"""Browsers as tests drive them without one: cookies are kept, and requests say which page has sent them."""

from typing import Any

import httpx

from tests.api.conftest import PASSWORD, World

SESSION, ME, RECORDS = "/api/v1/auth/session", "/api/v1/auth/me", "/api/v1/data/accounts"
COOKIE = "__Host-freehold"


def page(world: World, host: str = "acme.localhost", **options: Any) -> httpx.AsyncClient:
    """A page of this host: its requests have the headers that a browser would send."""
    client = world.client(host, **options)
    client.base_url = httpx.URL(f"https://{host}")  # so that Secure cookies are sent back
    client.headers.update({"Origin": f"https://{host}", "Sec-Fetch-Site": "same-origin"})
    return client


def credentials(person: str = "administrator", slug: str = "acme") -> dict[str, str]:
    return {"email": f"{person}@{slug}.example", "password": PASSWORD}


async def signed_in(world: World, person: str = "administrator", slug: str = "acme") -> httpx.AsyncClient:
    """A page in whose browser somebody is signed in."""
    client = page(world, f"{slug}.localhost")
    answer = await client.post(SESSION, json=credentials(person, slug))
    assert answer.status_code == 200, answer.text
    return client


def secret_of(client: httpx.AsyncClient) -> str:
    """The secret of the browser's session."""
    secret = client.cookies.get(COOKIE)
    assert secret is not None
    return secret
