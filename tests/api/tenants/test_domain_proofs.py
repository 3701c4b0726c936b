"""Host names outside of the base domains: claimed, proven in a real DNS, taken over, and no longer proven."""

import email
import email.policy
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import httpx
import pytest

from api.checkup.domains import check_domains
from central.database import CENTRAL
from central.domains.claims import MOST_CLAIMS
from central.operators import audit
from central.tables import Domain, DomainClaim
from piccolo_engines.columns import utc_now
from tests.api.conftest import ON_SQLITE, World
from tests.support.dns_server import DnsServer, dns_server
from tests.support.servers import ServerMissing

TENANTS = "/setup/tenants"
SHOP = "shop.customer.example"
NOTICE = "administrator@acme.example: A host name of Acme Corporation is not"
PROXY = "203.0.113.7"
"""The address from which the test clients come."""


@pytest.fixture(scope="module")
def dns() -> Iterator[DnsServer]:
    """A zone of a customer; skipped with a loud line without Knot, which CI must have."""
    try:
        with dns_server() as server:
            yield server
    except ServerMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have Knot: {missing}")
        pytest.skip(f"NOT TESTED WITH A DNS SERVER: {missing}")


@pytest.fixture
def proving(world_with: Callable[..., Any], dns: DnsServer) -> Iterator[Any]:
    """A world that asks this DNS server, whose records are gone after the test."""
    yield world_with(dns_resolvers=(("127.0.0.1", dns.port),))
    dns.put("_freehold.shop", "TXT")
    dns.put("shop", "CNAME")


async def domains_of(world: World, slug: str) -> str:
    return f"{TENANTS}/{await world.tenant_id(slug)}/domains"


async def claimed(world: World, slug: str = "acme", domain: str = SHOP) -> dict[str, Any]:
    body = {"domain": domain} | ({"trusted": False} if world.platform.settings.local else {})
    added = await world.operator().post(await domains_of(world, slug), json=body)
    assert added.status_code == 201, added.text
    claim: dict[str, Any] = added.json()
    return claim


async def verified(world: World, slug: str = "acme", domain: str = SHOP) -> httpx.Response:
    return await world.operator().post(f"{await domains_of(world, slug)}/{domain}/verify")


async def leads_to(world: World, host: str = SHOP) -> str | None:
    response = await world.client(host).get("/api/v1/tenant")
    return response.json()["slug"] if response.status_code == 200 else None


async def events(world: World, action: str) -> int:
    with CENTRAL.bind(world.platform.central_engine):
        found = await audit.page(200)
    return sum(one.action == action for one in found.items)


async def test_a_txt_record_proves_a_name(proving: Any, dns: DnsServer) -> None:
    async with proving as world:
        claim = await claimed(world)
        assert claim["verified"] is False
        assert claim["challenge"] == {"type": "TXT", "name": f"_freehold.{SHOP}"} | {
            "value": claim["challenge"]["value"]
        }
        assert claim["alternative"] == {"type": "CNAME", "name": SHOP, "value": "acme.localhost"}
        assert await leads_to(world) is None
        refused = await verified(world)
        assert (refused.status_code, refused.json()["code"]) == (409, "not-proven")
        assert "no such record" in refused.json()["detail"]

        dns.put("_freehold.shop", "TXT", '"something else"')
        assert "something else" in (await verified(world)).json()["detail"]
        assert await leads_to(world) is None

        dns.put("_freehold.shop", "TXT", '"something else"', f'"{claim["challenge"]["value"]}"')
        proven = await verified(world)
        assert (proven.status_code, proven.json()["verified"]) == (200, True)
        assert proven.json()["proof"] == "txt"
        assert await leads_to(world) == "acme"
        shown = (await world.operator().get(await domains_of(world, "acme"))).json()["data"]
        assert [(one["domain"], one["verified"]) for one in shown] == [("acme.localhost", True), (SHOP, True)]
        assert (await verified(world)).status_code == 200


@ON_SQLITE
async def test_a_cname_record_to_the_tenants_own_name_proves_a_name(proving: Any, dns: DnsServer) -> None:
    async with proving as world:
        await claimed(world)
        dns.put("shop", "CNAME", "demo.localhost.")
        refused = await verified(world)
        assert refused.status_code == 409
        assert "CNAME demo.localhost" in refused.json()["detail"]
        dns.put("shop", "CNAME", "ACME.localhost.")
        assert (await verified(world)).json()["proof"] == "cname"
        assert await leads_to(world) == "acme"


async def test_nobody_keeps_a_name_by_adding_it_first(proving: Any, dns: DnsServer) -> None:
    async with proving as world:
        await claimed(world, "acme")
        theirs = await claimed(world, "demo")
        dns.put("_freehold.shop", "TXT", f'"{theirs["challenge"]["value"]}"')
        assert (await verified(world, "acme")).status_code == 409
        assert (await verified(world, "demo")).status_code == 200
        assert await leads_to(world) == "demo"


@ON_SQLITE
async def test_a_proven_name_moves_only_when_it_is_not_proven_any_more(proving: Any, dns: DnsServer) -> None:
    async with proving as world:
        first = (await claimed(world, "acme"))["challenge"]["value"]
        dns.put("_freehold.shop", "TXT", f'"{first}"')
        assert (await verified(world, "acme")).status_code == 200
        second = (await claimed(world, "demo"))["challenge"]["value"]
        dns.put("_freehold.shop", "TXT", f'"{first}"', f'"{second}"')
        both = await verified(world, "demo")
        assert (both.status_code, both.json()["code"]) == (409, "domain-taken")
        assert await leads_to(world) == "acme"
        dns.put("_freehold.shop", "TXT", f'"{second}"')
        assert (await verified(world, "demo")).status_code == 200
        assert await leads_to(world) == "demo"


@ON_SQLITE
async def test_a_trusted_name_cannot_be_claimed(proving: Any) -> None:
    async with proving as world:
        operator = world.operator()
        trusted = await operator.post(await domains_of(world, "acme"), json={"domain": SHOP, "trusted": True})
        assert trusted.json()["proof"] == "trusted"
        refused = await operator.post(await domains_of(world, "demo"), json={"domain": SHOP})
        assert (refused.status_code, refused.json()["code"]) == (409, "domain-taken")


@ON_SQLITE
async def test_the_job_proves_warns_and_ends_what_is_not_proven(
    proving: Any, dns: DnsServer, world_with: Callable[..., Any]
) -> None:
    async with world_with(dns_resolvers=(("127.0.0.1", dns.port),), local=True) as world:
        claim = await claimed(world)
        await world.run_jobs()
        assert await leads_to(world) is None
        dns.put("_freehold.shop", "TXT", f'"{claim["challenge"]["value"]}"')
        await long_ago(world, timedelta(minutes=11))
        await world.run_jobs()
        assert await leads_to(world) == "acme"
        assert await events(world, "domain.proven") == 1

        dns.put("_freehold.shop", "TXT")
        await long_ago(world, timedelta(days=2))
        await world.run_jobs()
        assert (await leads_to(world), await events(world, "domain.failing")) == ("acme", 1)
        assert await mailed(world) == [f"{NOTICE} proven any more"]
        shown = (await world.operator().get(await domains_of(world, "acme"))).json()["data"][1]
        assert shown["failingSince"]
        with CENTRAL.bind(world.platform.central_engine):
            (finding,) = await check_domains(world.platform.registry.seals)
        assert finding.remedy == f"freehold tenants domains verify acme {SHOP}"

        await long_ago(world, timedelta(days=8))
        await world.run_jobs()
        assert (await leads_to(world), await events(world, "domain.lapsed")) == (None, 1)
        assert await mailed(world) == [f"{NOTICE} served any more"]

        dns.put("_freehold.shop", "TXT", f'"{claim["challenge"]["value"]}"')
        await world.run_jobs()
        assert (await leads_to(world), await events(world, "domain.recovered")) == ("acme", 1)


async def mailed(world: World) -> list[str]:
    """Who has got which mail since the last call."""
    await world.run_jobs()
    folder = world.platform.settings.data_dir / "mail"
    found = []
    for path in sorted(folder.iterdir()):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.append(f"{mail['To']}: {mail['Subject']}")
        path.unlink()
    return found


async def long_ago(world: World, age: timedelta) -> None:
    """As if everything had been looked up so long ago."""
    then = utc_now() - age
    with CENTRAL.bind(world.platform.central_engine):
        await DomainClaim.update({DomainClaim.checked_at: then}, force=True)
        await Domain.update({Domain.checked_at: then}).where(Domain.proof == "txt")
        is_failing = Domain.failing_since.is_not_null()
        await Domain.update({Domain.failing_since: then}).where(is_failing)


@ON_SQLITE
async def test_a_dns_server_that_gives_no_result_proves_nothing_and_ends_nothing(
    proving: Any, dns: DnsServer, world_with: Callable[..., Any]
) -> None:
    async with proving as world:
        claim = await claimed(world)
        dns.put("_freehold.shop", "TXT", f'"{claim["challenge"]["value"]}"')
        assert (await verified(world)).status_code == 200
        other = await claimed(world, domain="www.elsewhere.example")  # the server refuses this zone
        refused = await verified(world, domain=other["domain"])
        assert (refused.status_code, refused.json()["code"]) == (503, "domain-lookup-failed")
    async with world_with(dns_resolvers=(("127.0.0.1", 1),)) as dark:
        await long_ago(dark, timedelta(days=20))
        dark.platform.domains._lookup._seconds = 0.5
        await dark.run_jobs()
        assert await leads_to(dark) == "acme"
        shown = (await dark.operator().get(await domains_of(dark, "acme"))).json()["data"]
        assert "failingSince" not in next(one for one in shown if one["domain"] == SHOP)


@ON_SQLITE
async def test_claims_are_bounded_repeatable_and_can_be_removed(proving: Any) -> None:
    async with proving as world:
        first = await claimed(world)
        assert (await claimed(world))["challenge"] == first["challenge"]
        for number in range(MOST_CLAIMS - 1):
            await claimed(world, domain=f"n{number}.customer.example")
        domains = await domains_of(world, "acme")
        refused = await world.operator().post(domains, json={"domain": "more.customer.example"})
        assert (refused.status_code, refused.json()["code"]) == (409, "too-many-domain-claims")
        assert (await world.operator().delete(f"{domains}/{SHOP}")).status_code == 200
        assert (await verified(world)).json()["code"] == "domain-not-found"
        assert (await verified(world, "demo")).json()["code"] == "domain-not-found"


@pytest.mark.parametrize(
    ("domain", "status"),
    [
        ("acme.localhost", 200),
        ("ACME.localhost.", 200),
        ("localhost", 200),
        ("nobody.localhost", 404),
        ("shop.customer.example", 404),
        ("203.0.113.7", 404),
        ("not a host", 404),
        ("*.localhost", 404),
        ("a" * 300, 400),
    ],
)
@ON_SQLITE
async def test_a_proxy_may_obtain_certificates_for_names_that_are_served(
    world_with: Callable[..., Any], domain: str, status: int
) -> None:
    async with world_with(trusted_proxies=(ip_network(f"{PROXY}/32"),)) as world:
        for host in ("localhost", "freehold:8000", "acme.localhost"):
            asked = await world.client(host).get("/internal/tls/ask", params={"domain": domain})
            assert asked.status_code == status, (host, asked.text)


@ON_SQLITE
async def test_others_than_proxies_learn_nothing(world_with: Callable[..., Any]) -> None:
    ask = {"domain": "acme.localhost"}
    async with world_with() as world:
        assert (await world.client("localhost").get("/internal/tls/ask", params=ask)).status_code == 404
    async with world_with(trusted_proxies=(ip_network(f"{PROXY}/32"),)) as world:
        for header in ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded"):
            forwarded = world.client("localhost", headers={header: "localhost"})
            assert (await forwarded.get("/internal/tls/ask", params=ask)).status_code == 404


@ON_SQLITE
async def test_a_suspended_tenant_keeps_its_certificate_and_a_deleted_one_gets_none(
    world_with: Callable[..., Any],
) -> None:
    async with world_with(trusted_proxies=(ip_network(f"{PROXY}/32"),)) as world:
        acme, ask = f"{TENANTS}/{await world.tenant_id('acme')}", {"domain": "acme.localhost"}
        await world.operator().post(f"{acme}/suspend")
        assert (await world.client("localhost").get("/internal/tls/ask", params=ask)).status_code == 200
        await world.operator().delete(acme)
        assert (await world.client("localhost").get("/internal/tls/ask", params=ask)).status_code == 404
