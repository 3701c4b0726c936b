"""What tests of people and their rights begin with: ids by name, roles for one test, users who have them."""

from typing import Any

import httpx

from tests.api.conftest import PASSWORD, World

__all__ = ["invite", "made_role", "made_user", "role_id", "sign_in_as", "user_id"]


async def user_id(world: World, person: str, slug: str = "acme") -> str:
    """The id of one of the people whom every tenant has."""
    client = await world.user("administrator", slug)
    answer = await client.get("/api/v1/users", params={"search": f"{person}@"})
    return str(answer.json()["data"][0]["id"])


async def role_id(world: World, name: str, slug: str = "acme") -> str:
    client = await world.user("administrator", slug)
    roles = (await client.get("/api/v1/roles")).json()["data"]
    return str(next(role["id"] for role in roles if role["name"] == name))


async def made_role(world: World, name: str, *permissions: str, **more: Any) -> dict[str, Any]:
    """A new role of acme's; ``fields`` and ``rules`` as the route takes them."""
    client = await world.user()
    body = {"name": name, "permissions": list(permissions), **more}
    answer = await client.post("/api/v1/roles", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def invite(world: World, email: str, *roles: str) -> dict[str, Any]:
    """What the administrator is told when inviting somebody to acme."""
    client = await world.user()
    answer = await client.post("/api/v1/users", json={"email": email, "roles": list(roles)})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def made_user(world: World, name: str, *roles: str) -> httpx.AsyncClient:
    """A client signed in as a new user of acme's with these roles."""
    client = await world.user()
    email = f"{name}@acme.example"
    body = {"email": email, "name": name, "roles": list(roles), "password": PASSWORD}
    answer = await client.post("/api/v1/users", json=body)
    assert answer.status_code == 201, answer.text
    return await sign_in_as(world, email)


async def sign_in_as(world: World, email: str, password: str = PASSWORD) -> httpx.AsyncClient:
    """A client with a session of its own."""
    answer = await world.client().post("/api/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return world.client(token=answer.json()["accessToken"])
