"""What operators change of a tenant: its name, status and domains, each with an entry in the audit trail."""

from typing import Any

import pytest

from central.database import CENTRAL
from central.operators import audit
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem
from tests.api.tenants.requests import TENANTS, acts, nova


async def test_suspending_twice_is_409(world: World) -> None:
    tenant_id, operator = await world.tenant_id("acme"), world.operator()
    assert (await operator.post(f"{TENANTS}/{tenant_id}/resume")).status_code == 409
    assert (await operator.post(f"{TENANTS}/{tenant_id}/suspend")).status_code == 200
    answer = await operator.post(f"{TENANTS}/{tenant_id}/suspend")
    assert answer.status_code == 409
    assert_problem(answer, "wrong-status")


async def test_a_suspended_tenant_can_be_deleted_and_its_slug_given_again(world: World) -> None:
    operator = world.operator()
    tenant_id = await world.tenant_id("acme")
    await operator.post(f"{TENANTS}/{tenant_id}/suspend")
    assert (await operator.delete(f"{TENANTS}/{tenant_id}")).status_code == 200
    assert (await operator.delete(f"{TENANTS}/{tenant_id}")).status_code == 404
    assert (await operator.post(TENANTS, json=nova(slug="acme", primaryDomain="acme"))).status_code == 201
    assert (await world.client().get("/api/v1/tenant")).json()["name"] == "Nova"


@ON_SQLITE
async def test_a_database_that_is_a_file_has_no_password_to_change(world: World) -> None:
    path = f"{TENANTS}/{await world.tenant_id('acme')}/database-password"
    answer = await world.operator().post(path)
    assert answer.status_code == 409
    assert_problem(answer, "no-database-user")


@ON_SQLITE
async def test_a_new_name_is_shown_at_once(world: World) -> None:
    assert (await world.client().get("/api/v1/tenant")).json()["name"] == "Acme Corporation"
    await world.operator().patch(f"{TENANTS}/{await world.tenant_id('acme')}", json={"name": "  Acme Two "})
    assert (await world.client().get("/api/v1/tenant")).json()["name"] == "Acme Two"


@ON_SQLITE
async def test_a_domain_leads_to_its_tenant_as_long_as_it_is_the_tenant_s(world: World) -> None:
    operator, domains = world.operator(), f"{TENANTS}/{await world.tenant_id('acme')}/domains"
    assert (await world.client("crm.acme.example").get("/api/v1/tenant")).status_code == 404
    added = await operator.post(domains, json={"domain": "CRM.acme.example.", "trusted": True})
    assert (added.status_code, added.json()["domain"]) == (201, "crm.acme.example")
    assert (await world.client("crm.acme.example").get("/api/v1/tenant")).json()["slug"] == "acme"
    shown = (await operator.get(domains)).json()["data"]
    assert [(one["domain"], one["primary"]) for one in shown] == [
        ("acme.localhost", True),
        ("crm.acme.example", False),
    ]
    assert (await operator.delete(f"{domains}/CRM.acme.example")).json() == {"success": True}
    assert (await world.client("crm.acme.example").get("/api/v1/tenant")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", {"domain": "demo.localhost"}, 409, "domain-taken"),
        ("POST", "", {"domain": "acme.localhost"}, 409, "domain-taken"),
        ("POST", "", {"domain": "localhost"}, 422, "invalid-domain"),
        ("POST", "", {"domain": "not a host"}, 422, "invalid-domain"),
        ("POST", "", {}, 422, "validation"),
        ("DELETE", "/acme.localhost", None, 409, "primary-domain"),
        ("DELETE", "/demo.localhost", None, 404, "domain-not-found"),
        ("DELETE", "/not a host", None, 404, "domain-not-found"),
    ],
)
async def test_domains_that_cannot_be(
    world: World, method: str, path: str, body: Any, status: int, code: str
) -> None:
    url = f"{TENANTS}/{await world.tenant_id('acme')}/domains{path}"
    answer = await world.operator().request(method, url, json=body)
    assert answer.status_code == status, answer.text
    problem = assert_problem(answer)
    assert code in (problem["code"], *(one["code"] for one in problem["errors"]))


async def test_every_act_leaves_a_trace(world: World) -> None:
    operator, acme = world.operator(), f"{TENANTS}/{await world.tenant_id('acme')}"
    await operator.post(TENANTS, json=nova(), headers={"X-Request-ID": "make-it"})
    await operator.post(TENANTS, json=nova(slug="acme"))
    await operator.patch(acme, json={"name": "Acme Two"})
    await operator.post(f"{acme}/domains", json={"domain": "crm.acme.example", "trusted": True})
    await operator.delete(f"{acme}/domains/crm.acme.example")
    await operator.post(f"{acme}/suspend")
    await operator.post(f"{acme}/resume")
    await operator.delete(acme)
    assert await acts(world) == [
        ("tenant.create", "nova"),
        ("tenant.created", "nova"),
        ("tenant.create", "acme"),
        ("tenant.create-failed", "acme"),
        ("tenant.rename", "acme"),
        ("domain.add", "acme"),
        ("domain.remove", "acme"),
        ("tenant.suspend", "acme"),
        ("tenant.resume", "acme"),
        ("tenant.delete", "acme"),
        ("tenant.deleted", "acme"),
    ]
    with CENTRAL.bind(world.platform.central_engine):
        first = (await audit.page(200)).items[-1]
    assert (first.actor.name, first.actor.request_id, first.actor.address) == (
        "operator",
        "make-it",
        "203.0.113.7",
    )


async def test_what_was_refused_leaves_no_trace_of_having_been_done(world: World) -> None:
    operator, acme = world.operator(), f"{TENANTS}/{await world.tenant_id('acme')}"
    await operator.post(f"{acme}/resume")
    await operator.post(f"{acme}/domains", json={"domain": "demo.localhost"})
    await operator.patch(acme, json={"name": ""})
    assert await acts(world) == []
