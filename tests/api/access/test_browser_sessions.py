"""Signing in with a cookie, and what cannot be done with one."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import httpx
import pytest

from tests.api.access.browsers import (
    COOKIE,
    ME,
    RECORDS,
    SESSION,
    credentials,
    page,
    secret_of,
    signed_in,
)
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.people import user_id
from tests.api.scenarios import assert_problem
from tests.api.test_statement_counts import counted


async def test_a_browser_signs_in_reads_writes_and_signs_out(world: World) -> None:
    browser = page(world)
    answer = await browser.post(SESSION, json=credentials())

    body = answer.json()
    assert (answer.status_code, body["user"]["email"]) == (200, "administrator@acme.example")
    ends = datetime.fromisoformat(body["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=29) < ends <= timedelta(days=30)
    assert answer.headers["cache-control"] == "no-store"
    assert secret_of(browser) not in answer.text
    assert (await browser.get(SESSION)).json() == body
    assert (await browser.get(ME)).json()["user"] == body["user"]
    made = await browser.post(RECORDS, json={"name": "Globex"})
    assert made.status_code == 201
    url = made.headers["location"]
    assert (await browser.patch(url, json={"name": "Initech"})).status_code == 200
    assert (await browser.get(url)).json()["data"]["name"] == "Initech"
    assert (await browser.delete(url)).status_code == 204
    assert (await browser.delete(SESSION)).status_code == 204
    assert COOKIE not in browser.cookies
    assert_problem(await browser.get(SESSION), "not-authenticated")


@ON_SQLITE
async def test_the_cookies_are_out_of_reach(world: World) -> None:
    answer = await page(world).post(SESSION, json=credentials())

    session, device = answer.headers.get_list("set-cookie")

    for cookie, name, days in ((session, "__Host-freehold", 90), (device, "__Host-freehold-device", 365)):
        first, *attributes = cookie.split("; ")
        assert first.startswith(f"{name}=")
        age = next(int(one[8:]) for one in attributes if one.startswith("Max-Age="))
        assert abs(age - days * 86_400) < 60
        assert {*attributes} == {"Path=/", f"Max-Age={age}", "SameSite=Lax", "HttpOnly", "Secure"}
    assert "content-encoding" not in answer.headers


@ON_SQLITE
async def test_in_local_mode_the_cookie_needs_no_tls(world_with: Any) -> None:
    async with world_with(local=True) as world:
        client = world.client(headers={"Origin": "http://acme.localhost"})
        answer = await client.post(SESSION, json=credentials())
        assert answer.headers.get_list("set-cookie")[0].startswith("freehold=")
        assert "Secure" not in answer.headers["set-cookie"]
        assert (await client.get(ME)).status_code == 200
        assert (await client.delete(SESSION)).status_code == 204
        assert (await client.get(ME)).status_code == 401


@ON_SQLITE
async def test_refusals_are_those_of_tokens(world: World) -> None:
    browser = page(world)
    for body in ({"email": "nobody@acme.example", "password": PASSWORD}, credentials() | {"password": "no"}):
        answer = await browser.post(SESSION, json=body)
        assert_problem(answer, "invalid-credentials")
        assert "set-cookie" not in answer.headers
    for _ in range(4):
        await browser.post(SESSION, json=credentials() | {"password": "no"})
    answer = await browser.post(SESSION, json=credentials())
    assert_problem(answer, "too-many-attempts")
    assert answer.headers["retry-after"] == "30"


async def test_sessions_of_browsers_are_listed_and_ended_like_others(world: World) -> None:
    browser, program = await signed_in(world, "member"), await world.user("member")

    sessions = (await browser.get("/api/v1/sessions")).json()["data"]

    assert [(one["kind"], one["current"]) for one in sessions] == [("tokens", False), ("browser", True)]
    assert [(one["methods"], one["secondFactor"]) for one in sessions] == [(["pwd"], False)] * 2
    assert (await program.delete(f"/api/v1/sessions/{sessions[1]['id']}")).status_code == 204
    assert_problem(await browser.get(ME), "session-ended")
    again = await signed_in(world, "member")
    assert (await again.delete("/api/v1/sessions")).status_code == 204
    assert [(await one.get(ME)).status_code for one in (program, again)] == [401, 200]


@ON_SQLITE
async def test_logging_out_ends_the_session_of_the_cookie(world: World) -> None:
    browser = await signed_in(world)
    copy = page(world, cookies={COOKIE: secret_of(browser)})
    assert (await browser.post("/api/v1/auth/logout")).status_code == 204
    assert COOKIE not in browser.cookies
    assert_problem(await copy.get(ME), "session-ended")


@ON_SQLITE
async def test_changing_the_password_ends_other_browsers(world: World) -> None:
    here, there = await signed_in(world, "member"), await signed_in(world, "member")
    new = {"current": PASSWORD, "new": "staple battery horse"}
    assert (await here.post("/api/v1/auth/password", json=new)).status_code == 204
    assert [(await one.get(ME)).status_code for one in (here, there)] == [200, 401]


@ON_SQLITE
async def test_signing_in_again_replaces_the_session(world: World) -> None:
    """Whoever knows or has planted the previous secret has nothing (session fixation)."""
    browser = await signed_in(world, "viewer")
    planted = secret_of(browser)
    device = browser.cookies["__Host-freehold-device"]

    assert (await browser.post(SESSION, json=credentials())).status_code == 200

    assert secret_of(browser) != planted
    assert browser.cookies["__Host-freehold-device"] == device
    assert_problem(await page(world, cookies={COOKIE: planted}).get(ME), "session-ended")
    assert (await browser.get(ME)).json()["user"]["email"] == "administrator@acme.example"


@ON_SQLITE
async def test_an_invented_secret_is_never_adopted(world: World) -> None:
    invented = f"k1.{'A' * 43}.{'A' * 43}"
    browser = page(world, cookies={COOKIE: invented})
    assert_problem(await browser.get(ME), "session-ended")
    answer = await browser.post(SESSION, json=credentials())
    assert invented not in answer.headers["set-cookie"]


@ON_SQLITE
async def test_a_cookie_is_nothing_on_another_tenant_s_host(world: World) -> None:
    secret = secret_of(await signed_in(world))
    for host in ("demo.localhost", "localhost"):
        answer = await page(world, host, cookies={COOKIE: secret}).get(ME)
        assert answer.status_code == (401 if host == "demo.localhost" else 404)


@ON_SQLITE
async def test_a_deactivated_or_deleted_user_has_no_session(world: World) -> None:
    browser, administrator, whose = (
        await signed_in(world, "member"),
        await world.user(),
        await user_id(world, "member"),
    )
    assert (await administrator.post(f"/api/v1/users/{whose}/deactivate")).status_code == 200
    assert_problem(await browser.get(ME), "session-ended")
    assert (await administrator.delete(f"/api/v1/users/{whose}")).status_code == 204
    assert_problem(await browser.get(ME), "session-ended")


@ON_SQLITE
async def test_a_suspended_tenant_serves_no_session(world: World) -> None:
    browser, operator = await signed_in(world), world.operator()
    tenant = f"/setup/tenants/{await world.tenant_id('acme')}"
    assert (await operator.post(f"{tenant}/suspend")).status_code == 200
    for answer in (await browser.get(ME), await browser.post(SESSION, json=credentials())):
        assert_problem(answer, "tenant-suspended")
    assert (await operator.post(f"{tenant}/resume")).status_code == 200
    assert (await browser.get(ME)).status_code == 200


OTHER_COOKIES = {
    "two of one name": "{name}={secret}; {name}={other}",
    "two of one name, the true one last": "{name}={other}; {name}={secret}",
    "without the prefix": "freehold={secret}",
    "the prefix in another case": "__host-freehold={secret}",
    "the admin's cookie": "__Host-freehold-admin={secret}",
    "longer than any": "{name}={secret}" + "A" * 10_000,
    "empty": "{name}=",
    "cut off": "{name}=k1",
    "in quotation marks within": '{name}={secret}"; x="',
}


@ON_SQLITE
@pytest.mark.parametrize("case", OTHER_COOKIES)
async def test_a_cookie_that_another_host_may_have_set_does_not_count(world: World, case: str) -> None:
    secret, other = secret_of(await signed_in(world)), secret_of(await signed_in(world, "viewer"))
    cookie = OTHER_COOKIES[case].format(name=COOKIE, secret=secret, other=other)
    answer = await page(world, headers={"Cookie": cookie}).get(ME)
    assert answer.status_code == (200 if "quotation" in case else 401)


@ON_SQLITE
async def test_a_bearer_token_counts_before_the_cookie(world: World) -> None:
    browser, viewer = await signed_in(world), await world.sign_in("viewer")
    given = {"Authorization": f"Bearer {viewer}"}
    assert (await browser.get(ME, headers=given)).json()["roles"] == ["viewer"]
    elsewhere = given | {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert (await browser.get(ME, headers=elsewhere)).json()["roles"] == ["viewer"]
    for refused in ("Bearer nonsense", "Basic eDp5", "Bearer"):
        assert (await browser.get(ME, headers={"Authorization": refused})).status_code == 401
    assert (await browser.post("/api/v1/auth/logout", headers=given)).status_code == 204
    assert (await browser.get(ME)).json()["roles"] == ["administrator"]  # only the token's session ended


CROSS_SITE = {
    "another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "another tenant": {"Origin": "https://demo.localhost", "Sec-Fetch-Site": "same-site"},
    "another tenant, without Sec-Fetch-Site": {"Origin": "https://demo.localhost"},
    "a name that begins like it": {"Origin": "https://acme.localhost.evil.example"},
    "a name that ends like it": {"Origin": "https://evil-acme.localhost"},
    "user information": {"Origin": "https://acme.localhost@evil.example"},
    "without TLS": {"Origin": "http://acme.localhost"},
    "another port": {"Origin": "https://acme.localhost:8443"},
    "another scheme": {"Origin": "ftp://acme.localhost"},
    "an opaque origin": {"Origin": "null"},
    "an empty origin": {"Origin": ""},
    "two origins": {"Origin": "https://acme.localhost https://evil.example"},
    "an origin with a path": {"Origin": "https://acme.localhost/"},
    "its origin, called cross-site": {"Origin": "https://acme.localhost", "Sec-Fetch-Site": "cross-site"},
    "no origin, cross-site": {"Sec-Fetch-Site": "cross-site"},
    "no origin, same-site": {"Sec-Fetch-Site": "same-site"},
    "no origin, typed by the user": {"Sec-Fetch-Site": "none"},
    "a form": {
        "Content-Type": "text/plain",
        "Origin": "https://evil.example",
        "Sec-Fetch-Site": "cross-site",
    },
}


def elsewhere(world: World, browser: httpx.AsyncClient, headers: dict[str, str]) -> httpx.AsyncClient:
    """Another page in the browser, which sends these headers and all cookies."""
    client = page(world, cookies=browser.cookies)
    for name in ("Origin", "Sec-Fetch-Site"):
        del client.headers[name]
    client.headers.update(headers)
    return client


@ON_SQLITE
@pytest.mark.parametrize("case", [*CROSS_SITE, "neither header"])
async def test_another_page_cannot_change_anything_with_the_cookie(world: World, case: str) -> None:
    browser = await signed_in(world)
    other = elsewhere(world, browser, CROSS_SITE.get(case, {}))
    writes = [
        ("POST", RECORDS),
        ("PATCH", f"{RECORDS}/{await user_id(world, 'member')}"),
        ("DELETE", "/api/v1/sessions"),
        ("PUT", f"/api/v1/users/{await user_id(world, 'member')}/roles"),
        ("POST", "/api/v1/auth/logout"),
        ("DELETE", SESSION),
    ]
    for method, path in writes:
        answer = await other.request(method, path, content=b'{"name": "Mallory"}')
        assert_problem(answer, "cross-site")
    answer = await other.post(RECORDS, json={"name": "x"}, headers={"Idempotency-Key": "one"})
    assert_problem(answer, "cross-site")
    assert (await browser.get(f"{RECORDS}?count=exact")).json()["count"]["value"] == 0
    assert (await browser.get(SESSION)).status_code == 200


@ON_SQLITE
@pytest.mark.parametrize("case", CROSS_SITE)
async def test_another_page_cannot_sign_anybody_in(world: World, case: str) -> None:
    client = world.client(headers=CROSS_SITE[case])
    answer = await client.post(SESSION, content=b'{"email": "x", "password": "y"}')
    assert_problem(answer, "cross-site")
    assert "set-cookie" not in answer.headers


@ON_SQLITE
async def test_a_program_may_sign_in_with_a_cookie(world: World) -> None:
    assert (await world.client().post(SESSION, json=credentials())).status_code == 200


@ON_SQLITE
async def test_sec_fetch_site_is_enough_without_an_origin(world: World) -> None:
    browser = elsewhere(world, await signed_in(world), {"Sec-Fetch-Site": "same-origin"})
    assert (await browser.post(RECORDS, json={"name": "Globex"})).status_code == 201


PROXIED = {
    "all of it": ({"x-forwarded-proto": "https", "x-forwarded-host": "acme.localhost"}, True),
    "the scheme in upper case": ({"x-forwarded-proto": "HTTPS"}, True),
    "several schemes": ({"x-forwarded-proto": "https, http"}, True),
    "no scheme": ({}, True),
    "another scheme": ({"x-forwarded-proto": "http"}, False),
    "a port": ({"x-forwarded-host": "acme.localhost:8443"}, False),
    "a port of its own": ({"x-forwarded-port": "8443"}, False),
    "the usual port": ({"x-forwarded-port": "443"}, True),
    "nonsense": ({"x-forwarded-proto": "gopher", "x-forwarded-port": "x"}, False),
    "a number that is too long": ({"x-forwarded-port": "9" * 5_000}, True),
}


@ON_SQLITE
@pytest.mark.parametrize("case", PROXIED)
async def test_a_trusted_proxy_tells_the_origin(world_with: Any, case: str) -> None:
    headers, is_same = PROXIED[case]
    async with world_with(trusted_proxies=(ip_network("203.0.113.7/32"),)) as world:
        browser = await signed_in(world)
        answer = await browser.post(RECORDS, json={"name": "Globex"}, headers=headers)
        assert answer.status_code == (201 if is_same else 403), answer.text


@ON_SQLITE
async def test_a_scheme_of_no_page_is_no_fault(world_with: Any) -> None:
    async with world_with(trusted_proxies=(ip_network("203.0.113.7/32"),)) as world:
        begun = await world.client().post(
            "/api/v1/auth/passkeys/begin", json={}, headers={"x-forwarded-proto": "gopher"}
        )
        assert begun.status_code == 200, begun.text


@ON_SQLITE
async def test_a_proxy_s_port_is_the_browser_s(world_with: Any) -> None:
    given = {"x-forwarded-host": "acme.localhost", "x-forwarded-port": "8443"}
    async with world_with(trusted_proxies=(ip_network("203.0.113.7/32"),)) as world:
        browser = await signed_in(world)
        for origin, status in (("https://acme.localhost:8443", 201), ("https://acme.localhost", 403)):
            answer = await browser.post(RECORDS, json={"name": "x"}, headers=given | {"Origin": origin})
            assert answer.status_code == status


@ON_SQLITE
@pytest.mark.parametrize("header", ["x-forwarded-proto", "x-forwarded-port", "x-forwarded-host"])
async def test_nobody_else_tells_the_origin(world: World, header: str) -> None:
    values = {"x-forwarded-proto": "http", "x-forwarded-port": "81", "x-forwarded-host": "evil.example"}
    browser = await signed_in(world)
    answer = await browser.post(RECORDS, json={"name": "Globex"}, headers={header: values[header]})
    assert answer.status_code == 201
    for origin in ("http://acme.localhost", "https://acme.localhost:81", "https://evil.example"):
        given = {header: values[header], "Origin": origin}
        assert_problem(await browser.post(RECORDS, json={"name": "x"}, headers=given), "cross-site")


async def test_a_warm_read_with_a_cookie_costs_one_statement(world: World) -> None:
    browser = await signed_in(world)
    url = (await browser.post(RECORDS, json={"name": "Globex"})).headers["location"]
    await browser.get(url)
    async with counted(world) as counts:
        assert (await browser.get(url)).status_code == 200
        assert (await browser.get(SESSION)).status_code == 200
    assert counts == {"tenant": 1, "central": 0}


@ON_SQLITE
async def test_an_invented_cookie_costs_no_statement(world: World) -> None:
    browser = page(world, cookies={COOKIE: f"k1.{'A' * 43}.{'A' * 43}"})
    await browser.get(ME)
    async with counted(world) as counts:
        assert (await browser.get(ME)).status_code == 401
    assert counts == {"tenant": 0, "central": 0}


@ON_SQLITE
async def test_an_idempotency_key_works_with_a_cookie(world: World) -> None:
    browser, key = await signed_in(world), {"Idempotency-Key": "one"}
    answers = [await browser.post(RECORDS, json={"name": "Globex"}, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotent-replayed"] == "true"


@ON_SQLITE
async def test_the_document_is_that_of_the_session_s_user(world: World) -> None:
    browser = await signed_in(world)
    assert "/api/v1/data/accounts" in (await browser.get("/schema")).json()["paths"]
    assert "/api/v1/data/accounts" not in (await page(world).get("/schema")).json()["paths"]
