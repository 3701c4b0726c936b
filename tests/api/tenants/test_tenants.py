"""Operators' REST: who may use it, and how tenants are created, listed and found."""

import asyncio
from typing import Any

import pytest

from central.database import CENTRAL
from central.errors import TenantNotFound
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table
from tests.api.tenants.requests import NOBODY, TENANTS, acts, listed, nova

OPERATOR_ALONE = {"operator": 200, "*": 401}


CENTRAL_HOST = "localhost"


@table(
    Scenario(
        name="list tenants",
        method="GET",
        path=TENANTS,
        host=CENTRAL_HOST,
        statuses=OPERATOR_ALONE,
        shows=("acme.localhost", "demo.localhost"),
        hides=(PASSWORD,),
    ),
    Scenario(
        name="read a tenant",
        method="GET",
        path=f"{TENANTS}/{{tenant}}",
        host=CENTRAL_HOST,
        statuses=OPERATOR_ALONE,
        shows=('"slug":"acme"', '"dbName":"t', '_acme"'),
        hides=("assword",),
    ),
    Scenario(
        name="make a tenant",
        method="POST",
        path=TENANTS,
        host=CENTRAL_HOST,
        body=nova(),
        statuses={"operator": 201, "*": 401},
        shows=("nova.localhost",),
    ),
    Scenario(
        name="rename a tenant",
        method="PATCH",
        path=f"{TENANTS}/{{tenant}}",
        host=CENTRAL_HOST,
        body={"name": "Acme International"},
        statuses=OPERATOR_ALONE,
        shows=("Acme International", '"slug":"acme"'),
    ),
    Scenario(
        name="suspend a tenant",
        method="POST",
        path=f"{TENANTS}/{{tenant}}/suspend",
        host=CENTRAL_HOST,
        statuses=OPERATOR_ALONE,
        shows=("suspended",),
    ),
    Scenario(
        name="delete a tenant",
        method="DELETE",
        path=f"{TENANTS}/{{tenant}}",
        host=CENTRAL_HOST,
        statuses=OPERATOR_ALONE,
        shows=('{"success":true}',),
    ),
    Scenario(
        name="list domains",
        method="GET",
        path=f"{TENANTS}/{{tenant}}/domains",
        host=CENTRAL_HOST,
        statuses=OPERATOR_ALONE,
        shows=("acme.localhost",),
        hides=("demo.localhost",),
    ),
    Scenario(
        name="add a domain",
        method="POST",
        path=f"{TENANTS}/{{tenant}}/domains",
        host=CENTRAL_HOST,
        body={"domain": "crm.acme.example"},
        statuses={"operator": 201, "*": 401},
        shows=("crm.acme.example",),
    ),
    Scenario(
        name="list servers",
        method="GET",
        path="/setup/servers",
        host=CENTRAL_HOST,
        statuses=OPERATOR_ALONE,
        shows=('"name":"sqlite"', '"draining":false'),
    ),
    Scenario(
        name="change a server",
        method="PATCH",
        path="/setup/servers/sqlite",
        host=CENTRAL_HOST,
        body={"weight": 2, "bound": 500, "draining": True},
        statuses=OPERATOR_ALONE,
        shows=('"weight":2,"bound":500,"draining":true',),
    ),
    Scenario(
        name="change a server that is not there",
        method="PATCH",
        path="/setup/servers/db:3306",
        host=CENTRAL_HOST,
        body={"weight": 2},
        statuses={"operator": 404, "*": 401},
    ),
    Scenario(name="the setup routes on a tenant's host", method="GET", path=TENANTS, statuses={"*": 404}),
)
async def test_operators_alone_act_on_tenants(world: World, scenario: Scenario, callers: Callers) -> None:
    before = len(await acts(world))
    await check(world, scenario, callers, tenant=await world.tenant_id("acme"))
    if "operator" not in callers and scenario.host == CENTRAL_HOST:
        assert len(await acts(world)) == before


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer fho_wrong",
        "Basic b3A6cGFzcw==",
        "fho_a-token-for-tests-alone-a-token-for-tests-alone-",
        "Bearer \xff",
        "Bearer " + "x" * 10_000,
    ],
)
async def test_without_a_good_operator_s_token_it_is_401(world: World, authorization: str) -> None:
    headers = {b"Authorization": authorization.encode("latin-1")}
    answer = await world.client(CENTRAL_HOST).get(TENANTS, headers=headers)
    assert answer.status_code == 401
    assert_problem(answer, "not-authenticated")


async def test_a_revoked_operator_is_refused_by_the_next_request(world: World) -> None:
    with CENTRAL.bind(world.platform.central_engine):
        made = await world.platform.operators.create("Ada")
        client = world.client(CENTRAL_HOST, made.token)
        assert (await client.get(TENANTS)).status_code == 200
        await world.platform.operators.revoke("Ada")
    assert (await client.get(TENANTS)).status_code == 401


@ON_SQLITE
async def test_a_new_tenant_answers_as_the_contract_says_and_is_served(world: World) -> None:
    admin = {"email": "Ada@Nova.Example", "password": "battery staple horse", "name": " Ada Lovelace "}
    answer = await world.operator().post(TENANTS, json=nova(admin=admin))
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert made == {
        "tenantId": made["tenantId"],
        "slug": "nova",
        "status": "active",
        "domain": "nova.localhost",
        "dbName": "tenant_nova",
        "dbUsername": None,
        "dbPassword": None,
        "admin": {"email": "ada@nova.example", "password": "battery staple horse"},
    }
    signed_in = await world.client("nova.localhost").post("/api/v1/auth/login", json=made["admin"])
    assert signed_in.status_code == 200
    assert signed_in.json()["user"]["name"] == "Ada Lovelace"
    client = world.client("nova.localhost", signed_in.json()["accessToken"])
    assert (await client.get("/api/v1/data/accounts")).json()["data"] == []


async def test_an_administrator_is_made_up_when_none_is_given(world: World) -> None:
    made = (await world.operator().post(TENANTS, json=nova())).json()
    assert made["admin"]["email"] == "admin@nova.localhost"
    assert len(made["admin"]["password"]) >= 20
    signed_in = await world.client("nova.localhost").post("/api/v1/auth/login", json=made["admin"])
    assert signed_in.status_code == 200


async def test_a_full_host_name_can_be_the_primary_domain(world: World) -> None:
    made = (await world.operator().post(TENANTS, json=nova(primaryDomain="CRM.Nova.Example"))).json()
    assert made["domain"] == "crm.nova.example"
    assert (await world.client("crm.nova.example").get("/api/v1/tenant")).json()["slug"] == "nova"
    assert (await world.client("nova.localhost").get("/api/v1/tenant")).status_code == 404


async def test_passwords_are_shown_once(world: World) -> None:
    operator = world.operator()
    made = (await operator.post(TENANTS, json=nova())).json()
    for path in (f"{TENANTS}/{made['tenantId']}", TENANTS):
        assert made["admin"]["password"] not in (await operator.get(path)).text


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"slug": "Nova"}, [("slug", "invalid-slug")]),
        ({"slug": "admin"}, [("slug", "reserved-slug")]),
        ({"slug": "a" * 41}, [("slug", "invalid-slug")]),
        ({"name": " "}, [("name", "invalid-tenant-name")]),
        ({"name": "a\u0000b"}, [("name", "invalid-tenant-name")]),
        ({"primaryDomain": "www"}, [("primaryDomain", "invalid-domain")]),
        ({"primaryDomain": "localhost"}, [("primaryDomain", "invalid-domain")]),
        ({"primaryDomain": "a.b.localhost"}, [("primaryDomain", "invalid-domain")]),
        ({"primaryDomain": "10.0.0.1"}, [("primaryDomain", "invalid-domain")]),
        ({"dbPort": 3306}, [("dbPort", "needs-db-host")]),
        ({"dbHost": "evil.example"}, [("dbHost", "unknown-database-server")]),
        ({"admin": {"email": "nobody"}}, [("admin.email", "invalid-email")]),
        ({"admin": {"email": "a@b.example", "password": "short"}}, [("admin.password", "too-short")]),
        (
            {"slug": "N!", "nmae": "x", "dbPort": 0, "admin": {"email": "x", "password": "password"}},
            [
                ("nmae", "unknown-field"),
                ("dbPort", "out-of-range"),
                ("slug", "invalid-slug"),
                ("admin.email", "invalid-email"),
                ("admin.password", "too-common"),
            ],
        ),
    ],
)
async def test_every_fault_of_a_new_tenant_is_told_at_once(
    world: World, changes: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    answer = await world.operator().post(TENANTS, json=nova(**changes))
    assert answer.status_code == 422, answer.text
    found = [(one["field"], one["code"]) for one in assert_problem(answer)["errors"]]
    assert found == faults
    assert (await world.client("nova.localhost").get("/api/v1/tenant")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"), [({"slug": "acme"}, "slug-taken"), ({"primaryDomain": "acme"}, "domain-taken")]
)
async def test_a_taken_slug_or_domain_is_409(world: World, changes: dict[str, Any], code: str) -> None:
    answer = await world.operator().post(TENANTS, json=nova(**changes))
    assert answer.status_code == 409
    assert [one["code"] for one in assert_problem(answer, code)["errors"]] == [code]


async def test_fifty_at_once_make_one_tenant(world: World) -> None:
    operator = world.operator()
    answers = await asyncio.gather(
        *(operator.post(TENANTS, json=nova(primaryDomain=f"nova-{n}")) for n in range(50))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
    assert len([one async for one in listed(operator, search="nova")]) == 1


async def test_lists_are_paged_filtered_and_searched(world: World) -> None:
    operator = world.operator()
    for n in range(3):
        await operator.post(TENANTS, json=nova(slug=f"nova-{n}", primaryDomain=f"nova-{n}"))
    slugs = [one["slug"] async for one in listed(operator, limit=2)]
    assert slugs == ["nova-2", "nova-1", "nova-0", "demo", "acme"]
    await operator.post(f"{TENANTS}/{await world.tenant_id('nova-1')}/suspend")
    assert [one["slug"] async for one in listed(operator, status="suspended")] == ["nova-1"]
    assert [one["slug"] async for one in listed(operator, search="NOVA", limit=1)] == [
        "nova-2",
        "nova-1",
        "nova-0",
    ]
    assert [one["slug"] async for one in listed(operator, search="%")] == []
    assert [one["slug"] async for one in listed(operator, search="acme.local")] == ["acme"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/suspend"),
        ("POST", "/resume"),
        ("POST", "/database-password"),
        ("GET", "/domains"),
        ("POST", "/domains"),
        ("DELETE", "/domains/x.example"),
    ],
)
@pytest.mark.parametrize(
    "tenant_id", [NOBODY, "acme", "0190f3a27c1e7d529a412f6f0c5b8e11", "{" + NOBODY + "}"]
)
async def test_a_tenant_that_is_not_there_is_404(
    world: World, method: str, path: str, tenant_id: str
) -> None:
    bodies = {"PATCH": {"name": "X"}, "POST": {"domain": "x.example"}}
    answer = await world.operator().request(
        method, f"{TENANTS}/{tenant_id}{path}", json=bodies.get(method) if path != "/suspend" else None
    )
    assert answer.status_code == 404, answer.text
    code = "domain-not-found" if path.endswith("x.example") and tenant_id == NOBODY else "tenant-not-found"
    assert_problem(answer, code)


class FailingOnce:
    """Fails one step of provisioning."""

    def __init__(self, step: str) -> None:
        self.step = step

    async def before(self, moment: Any) -> None:
        if moment.step == self.step and not moment.is_undoing:
            raise OSError("/var/lib/freehold: no space left, password=hunter2")

    async def after(self, moment: Any) -> None:
        pass


@pytest.mark.parametrize("step", ["create database", "migrate", "create administrator", "activate"])
async def test_a_failing_step_is_undone_and_told_without_internals(world_with: Any, step: str) -> None:
    async with world_with(observer=FailingOnce(step)) as world:
        answer = await world.operator().post(TENANTS, json=nova())
        assert answer.status_code == 503
        problem = assert_problem(answer, "creation-failed")
        assert step in problem["detail"]
        assert "undone" in problem["detail"]
        assert "hunter2" not in answer.text
        assert "/var/lib" not in answer.text
        with CENTRAL.bind(world.platform.central_engine), pytest.raises(TenantNotFound):
            await world.platform.registry.by_slug("nova")
        assert not list((world.platform.settings.data_dir / "tenants").glob("tenant_nova*"))
