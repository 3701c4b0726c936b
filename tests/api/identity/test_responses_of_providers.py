"""Providers that respond with something else than the specification says, or at addresses of this network."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import ON_SQLITE, World
from tests.api.identity.sso import PROVIDERS, Company, audit_of, error_of, set_up
from tests.api.test_statement_counts import counted
from tests.support.identity_provider import CLIENT, HostileProvider, Reply

pytestmark = ON_SQLITE


def kept(reply: Reply) -> Any:
    return lambda *_: reply


@pytest.mark.parametrize(
    ("path", "reply"),
    [
        ("/token", Reply({}, 302, (("Location", "http://169.254.169.254/"),))),
        ("/token", Reply({"id_token": 5})),
        ("/token", Reply(b"secret of the provider", 200, (("Content-Type", "text/html"),))),
        ("/token", Reply(b"[" * 200_000)),
        ("/token", Reply({"id_token": "x" * 1_000_001})),
        ("/token", Reply({"error": "server_error"}, 500)),
        ("/token", Reply({"error": "<script>"}, 400)),
        ("/jwks", Reply({"keys": []})),
        ("/jwks", Reply([])),
        (
            "/jwks",
            Reply(b"\x1f\x8b", 200, (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))),
        ),
    ],
)
async def test_responses_that_follow_no_specification_are_refused(
    company: Company, path: str, reply: Reply
) -> None:
    company.provider.replies[path] = kept(reply)
    assert error_of(await company.sign_in()) == "provider-error"
    [refused] = await audit_of(company.world, "sign-in.refused")
    assert "secret" not in refused["detail"]["reason"]
    assert "script" not in refused["detail"]["reason"]


async def test_a_provider_that_cannot_be_reached_leads_to_the_sign_in_page(
    local_world: World, provider: HostileProvider
) -> None:
    company = Company(local_world, provider, "")
    await set_up(local_world, provider, issuer="http://localhost:1")
    assert error_of_start(await company.start(company.browser())) == "provider-unavailable"


def error_of_start(response: httpx.Response) -> str:
    assert response.status_code == 302
    return str(response.headers["location"].removeprefix("/login?error="))


async def test_the_metadata_of_another_issuer_is_refused(
    local_world: World, provider: HostileProvider
) -> None:
    company = Company(local_world, provider, "")
    provider.metadata = {"issuer": "https://login.example"}
    await set_up(local_world, provider)
    assert error_of_start(await company.start(company.browser())) == "provider-error"


async def test_a_public_client_has_no_secret(company: Company, provider: HostileProvider) -> None:
    sent: list[tuple[str, dict[str, str]]] = []

    def exchange(authorization: str, form: dict[str, str]) -> Reply:
        sent.append((authorization, form))
        return Reply({"id_token": provider.id_token(provider.codes[form["code"]]["nonce"])})

    provider.replies["/token"] = exchange
    await company.change(clientSecret="")
    assert (await company.sign_in()).headers["location"] == "/deals"
    [(authorization, form)] = sent
    assert authorization == ""
    assert form["client_id"] == CLIENT[0]
    assert "client_secret" not in form


async def test_a_secret_is_posted_if_the_provider_takes_it_only_so(
    local_world: World, provider: HostileProvider
) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    company = Company(local_world, provider, (await set_up(local_world, provider))["id"])
    assert (await company.sign_in()).headers["location"] == "/deals"


async def test_private_addresses_are_not_requested_unless_the_installation_allows_it(
    world: World, provider: HostileProvider
) -> None:
    administrator = await world.user()
    for issuer in ("https://localhost:1", "https://127.0.0.1", "https://169.254.169.254", "https://[::1]"):
        body = {"name": "inside", "issuer": issuer, "clientId": "x"}
        made = await administrator.post(PROVIDERS, json=body)
        assert made.status_code == 201, made.text
        found = (await administrator.post(f"{PROVIDERS}/{made.json()['id']}/test")).json()
        assert found["ok"] is False
        assert "not public" in found["problems"][0]
        await administrator.delete(f"{PROVIDERS}/{made.json()['id']}")
    refused = await administrator.post(PROVIDERS, json=body | {"issuer": provider.issuer})
    assert refused.status_code == 422
    assert provider.asked == []


async def test_a_sign_in_takes_few_statements_and_a_known_provider_one_request(company: Company) -> None:
    browser = company.browser()
    for _ in range(2):
        assert (await company.sign_in(browser)).headers["location"] == "/deals"
    company.provider.asked.clear()
    async with counted(company.world) as first:
        started = await company.start(browser)
    back = company.provider.authorize(started.headers["location"])
    async with counted(company.world) as second:
        assert (await company.finish(browser, back)).headers["location"] == "/deals"
    assert company.provider.asked == ["/token"]
    assert (first["tenant"], second["tenant"]) == (8, 21)
