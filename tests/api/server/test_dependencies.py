"""Handlers that somebody adds: what they can take by dependency, on both kinds of host."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any

import msgspec
import pytest
from litestar import Controller, get, post
from litestar.di import Provide
from litestar.params import FromQuery, JSONBody
from piccolo.engine.base import Engine

from api.app import Freehold
from api.requests.guards import admits_anyone, requires_operator, requires_user
from api.requests.sources import Injected, Query
from central.database import CENTRAL
from central.operators.audit import Actor
from central.registry import Registry
from piccolo_conf import DB
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import User
from tests.api.conftest import Warm, World, world_of
from tests.api.scenarios import assert_problem


class Greeting(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    first_name: Annotated[str, msgspec.Meta(min_length=1)]
    times: int = 1


class Paging(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    page_size: Annotated[int, msgspec.Meta(ge=1, description="How many.")] = 5


async def provide_first_user(tenant_engine: Injected[Engine[Any]], access: Injected[Access]) -> str:
    """A dependency that waits, and depends on others."""
    assert DB.bound is tenant_engine
    found = await User.select(User.email).where(User.id == access.user_id).first()
    return str(found["email"])


@get("/deals/engine", before_request=admits_anyone)
async def read_engine(tenant_engine: Injected[Engine[Any]], tenant: Injected[TenantScope]) -> dict[str, Any]:
    assert tenant_engine is DB.bound
    await asyncio.sleep(0.01)
    assert tenant_engine is DB.bound
    return {"tenant": tenant.slug, "users": await User.count()}


class DealController(Controller):
    path = "/api/v1/deals"
    before_request = requires_user

    @get("/", dependencies={"email": Provide(provide_first_user), "params": Query(Paging)})
    async def list_deals(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        email: Injected[str],
        params: Injected[Paging],
    ) -> dict[str, Any]:
        """Deals, with whom they are shown to."""
        page = await records.page(tenant, access, "opportunities", [])
        return {"email": email, "deals": page.data, "size": params.page_size}

    @post("/", status_code=200)
    async def create_deal(self, data: JSONBody[Greeting]) -> Greeting:
        return data

    @get("/counted")
    async def read_counted(self, number: FromQuery[int]) -> int:
        return number


@get("/setup/deals", before_request=requires_operator)
async def list_tenants(registry: Injected[Registry], actor: Injected[Actor]) -> dict[str, Any]:
    page = await registry.page(10, None, None, "")
    return {"actor": actor.name, "tenants": len(page.items)}


@get("/waiting", before_request=admits_anyone)
async def wait(tenant_engine: Injected[Engine[Any]]) -> None:
    WAITING.append(tenant_engine)
    await asyncio.Event().wait()


WAITING: list[Any] = []


@pytest.fixture(scope="module")
def app() -> Freehold:
    return Freehold(route_handlers=[read_engine, DealController, list_tenants, wait])


@pytest.fixture
async def extended(settings: Any, warm: Warm, app: Freehold) -> Any:
    WAITING.clear()
    async with world_of(settings, replace(warm, app=app)) as world:
        yield world


async def test_the_engine_is_that_of_the_host(extended: World) -> None:
    answers = await asyncio.gather(
        *(extended.client(f"{slug}.localhost").get("/deals/engine") for slug in ("acme", "demo") * 4)
    )
    assert [one.json() for one in answers] == [{"tenant": slug, "users": 4} for slug in ("acme", "demo") * 4]
    assert not DB.is_bound


async def test_on_a_central_host_there_is_no_tenant(
    extended: World, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await extended.client("localhost").get("/deals/engine")
    assert_problem(answer, "internal-error")
    assert "The dependency 'tenant' needs a tenant's host." in capsys.readouterr().out


async def test_services_and_dependencies_of_dependencies(extended: World) -> None:
    answer = await (await extended.user("manager")).get("/api/v1/deals?pageSize=3")
    assert answer.json() == {"email": "manager@acme.example", "deals": [], "size": 3}
    assert_problem(await extended.client().get("/api/v1/deals"), "not-authenticated")


async def test_operators_have_theirs(extended: World) -> None:
    assert (await extended.operator().get("/setup/deals")).json()["tenants"] == 2
    assert (await (await extended.user()).get("/setup/deals")).status_code == 404


async def test_queries_and_bodies_are_strict(extended: World) -> None:
    client = await extended.user()
    assert_problem(await client.get("/api/v1/deals?pagesize=3"), "invalid-query")
    assert_problem(await client.get("/api/v1/deals/counted?number=1&x=2"), "invalid-query")
    assert (await client.get("/api/v1/deals/counted?number=1")).json() == 1
    answer = await client.post("/api/v1/deals", json={"firstName": "", "times": "2", "more": 1})
    assert {one["field"] for one in assert_problem(answer, "validation")["errors"]} == {
        "firstName",
        "times",
        "more",
    }
    assert (await client.post("/api/v1/deals", json={"firstName": "Ada"})).json()["firstName"] == "Ada"


async def test_a_request_that_is_cancelled_leaves_nothing_bound(extended: World) -> None:
    requests = [
        asyncio.create_task(extended.client(f"{slug}.localhost").get("/waiting")) for slug in ("acme", "demo")
    ]
    while len(WAITING) < 2:  # noqa: ASYNC110 - it happens in the requests
        await asyncio.sleep(0)
    assert WAITING[0] is not WAITING[1]
    for request in requests:
        request.cancel()
    await asyncio.gather(*requests, return_exceptions=True)
    assert not DB.is_bound
    assert not CENTRAL.is_bound
    assert (await extended.client().get("/deals/engine")).json()["tenant"] == "acme"


async def test_they_are_in_the_document(extended: World) -> None:
    tenant = (await extended.client().get("/schema")).json()
    listed = tenant["paths"]["/api/v1/deals"]["get"]
    assert [one["name"] for one in listed["parameters"]] == ["pageSize"]
    assert listed["security"] == [{"user": []}, {"session": []}]
    assert {"200", "401", "503"} <= set(listed["responses"])
    body = tenant["paths"]["/api/v1/deals"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/Greeting"}
    assert tenant["components"]["schemas"]["Greeting"]["additionalProperties"] is False
    assert "/setup/deals" not in tenant["paths"]
    central = (await extended.client("localhost").get("/schema")).json()
    assert "/setup/deals" in central["paths"]
    assert "/api/v1/deals" not in central["paths"]
