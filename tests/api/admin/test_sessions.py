"""Signing in to the operators' admin: cookies, forged requests, guessing, and when a session is over."""

from datetime import timedelta
from typing import Any

import pytest

from central.database import CENTRAL
from central.operators.sessions import OperatorSessions
from central.tables import OperatorSession
from piccolo_engines.columns import utc_now
from tests.api.admin.browsing import Browser, operators_browser, tenants_browser
from tests.api.conftest import ON_SQLITE, OPERATOR_TOKEN, World

pytestmark = ON_SQLITE

SESSION = "__Host-freehold-admin"


async def is_signed_in(browser: Browser) -> bool:
    answer = await browser.http.get("/admin/api/links/")
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


async def test_the_session_cookie_is_for_this_host_and_out_of_reach_of_scripts(world: World) -> None:
    browser = Browser(world, "localhost")
    page = await browser.open()
    csrf = page.headers["set-cookie"]
    answer = await browser.sign_in("operator", OPERATOR_TOKEN)
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(SESSION))
    for attribute in ("Path=/", "SameSite=Strict", "HttpOnly", "Secure", "Max-Age="):
        assert attribute in cookie
    assert "Domain" not in cookie
    assert "SameSite=Strict" in csrf
    assert "Secure" in csrf
    assert answer.headers["cache-control"] == "no-store"
    assert OPERATOR_TOKEN not in answer.headers["set-cookie"] + answer.text
    fresh = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("csrftoken"))
    assert fresh != csrf


async def test_in_local_mode_the_cookie_works_without_tls(world_with: Any) -> None:
    async with world_with(local=True) as world:
        browser = Browser(world, "localhost")
        answer = await browser.sign_in("operator", OPERATOR_TOKEN)
        cookies = answer.headers.get_list("set-cookie")
        assert any(one.startswith("freehold-admin=") and "HttpOnly" in one for one in cookies)
        assert not any("Secure" in one for one in cookies)
        assert await is_signed_in(browser)


async def test_signing_in_is_in_the_audit_trail(world: World) -> None:
    browser = await operators_browser(world)
    acts = await browser.rows("audit")
    assert [(one["action"], one["operator_name"], one["address"]) for one in acts] == [
        ("operator.sign-in", "operator", "203.0.113.7")
    ]


async def test_only_the_hash_of_the_session_is_kept(world: World) -> None:
    browser = await operators_browser(world)
    secret = browser.http.cookies[SESSION]
    with CENTRAL.bind(world.platform.central_engine):
        rows = await OperatorSession.select()
    assert len(rows) == 1
    assert secret not in str(rows)
    assert rows[0]["address"] == "203.0.113.7"


@pytest.mark.parametrize(
    ("name", "token"),
    [
        ("operator", "fho_wrong"),
        ("somebody", OPERATOR_TOKEN),
        ("", OPERATOR_TOKEN),
        ("operator", ""),
        ("operator", "é"),
        ("operator' OR 1=1 --", OPERATOR_TOKEN),
    ],
)
async def test_a_wrong_name_and_a_wrong_token_look_the_same(world: World, name: str, token: str) -> None:
    browser = Browser(world, "localhost")
    answer = await browser.sign_in(name, token)
    assert (answer.status_code, answer.text) == (401, "The name or the token is wrong.")
    assert SESSION not in browser.http.cookies


async def test_guessing_is_slowed_down_by_name_and_the_right_token_waits_too(world: World) -> None:
    browser = Browser(world, "localhost")
    statuses = [(await browser.sign_in("operator", f"fho_{guess}")).status_code for guess in range(7)]
    assert statuses[:5] == [401] * 5
    assert statuses[-1] == 429
    refused = await browser.sign_in("operator", OPERATOR_TOKEN)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "Too many attempts" in refused.text
    assert (await browser.sign_in("another", "fho_x")).status_code == 401


FORGERIES: dict[str, dict[str, str | None]] = {
    "no token": {"X-CSRFToken": None},
    "another token": {"X-CSRFToken": "a" * 43},
    "an empty token": {"X-CSRFToken": ""},
    "another origin": {"Origin": "https://evil.example"},
    "an origin of nothing": {"Origin": "null"},
    "a neighbouring tenant's origin": {"Origin": "https://acme.localhost"},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "the same site, another port": {"Sec-Fetch-Site": "same-site"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_request_does_nothing(world: World, forgery: str) -> None:
    browser = await operators_browser(world)
    headers = {
        name: value for name, value in (browser.headers | FORGERIES[forgery]).items() if value is not None
    }
    answer = await browser.send("POST", "api/forms/suspend-a-tenant/", {"tenant": "acme"}, headers=headers)
    assert "does not come from a page of the admin" in answer.text
    assert (await world.client().get("/api/v1/tenant")).status_code == 200
    logout = await browser.send("POST", "public/logout/", headers=headers)
    assert logout.status_code == 403
    assert await is_signed_in(browser)
    login = {"username": "operator", "password": OPERATOR_TOKEN}
    assert (await browser.send("POST", "public/login/", login, headers=headers)).status_code == 403


async def test_a_form_of_another_site_is_no_json(world: World) -> None:
    browser = await operators_browser(world)
    answer = await browser.http.post(
        "/admin/api/forms/suspend-a-tenant/",
        content='{"tenant": "acme"}',
        headers=browser.headers | {"Content-Type": "text/plain"},
    )
    assert "application/json" in answer.text
    assert (await world.client().get("/api/v1/tenant")).status_code == 200


async def test_signing_out_ends_the_session_for_whoever_has_the_cookie(world: World) -> None:
    browser = await operators_browser(world)
    stolen = Browser(world, "localhost", cookies={SESSION: browser.http.cookies[SESSION]})
    assert await is_signed_in(stolen)
    assert (await browser.send("POST", "public/logout/")).status_code == 200
    assert not await is_signed_in(browser)
    assert not await is_signed_in(stolen)


async def test_a_revoked_token_ends_the_sessions_that_began_with_it(world: World) -> None:
    operators = world.platform.operators
    with CENTRAL.bind(world.platform.central_engine):
        anna = await operators.create("Anna")
        other = await operators.issue("Anna")
    first, second = (
        await operators_browser(world, anna.token, "anna"),
        await operators_browser(world, other.token, "Anna"),
    )
    with CENTRAL.bind(world.platform.central_engine):
        await operators.revoke_token(anna.token_id)
    assert not await is_signed_in(first)
    assert await is_signed_in(second)
    with CENTRAL.bind(world.platform.central_engine):
        await operators.revoke("Anna")
    assert not await is_signed_in(second)


async def test_a_session_that_is_not_used_or_too_old_is_over(world: World) -> None:
    browser = await operators_browser(world)
    operators = world.platform.operators
    secret = browser.http.cookies[SESSION]
    for later, is_good in ((timedelta(minutes=59), True), (timedelta(minutes=61), False)):
        sessions = OperatorSessions(operators, now=lambda later=later: utc_now() + later)
        with CENTRAL.bind(world.platform.central_engine):
            found = await sessions.authenticate(secret)
            await OperatorSession.update({OperatorSession.last_used_at: utc_now()}, force=True)
        assert (found is not None) is is_good
    patient = OperatorSessions(
        operators, idle=timedelta(days=9), now=lambda: utc_now() + timedelta(hours=12, seconds=1)
    )
    with CENTRAL.bind(world.platform.central_engine):
        assert await patient.authenticate(secret) is None


async def test_it_is_worth_nothing_anywhere_else(world: World) -> None:
    operator, user = await operators_browser(world), await tenants_browser(world)
    for host, secret in (
        ("acme.localhost", operator.http.cookies[SESSION]),
        ("demo.localhost", operator.http.cookies[SESSION]),
        ("demo.localhost", user.http.cookies[SESSION]),
        ("localhost", user.http.cookies[SESSION]),
        ("localhost", OPERATOR_TOKEN),
    ):
        assert not await is_signed_in(Browser(world, host, cookies={SESSION: secret}))
    for secret in (operator.http.cookies[SESSION], user.http.cookies[SESSION]):
        assert (await world.client("localhost", secret).get("/setup/tenants")).status_code == 401
        assert (await world.client("acme.localhost", secret).get("/api/v1/auth/me")).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "fhc_", "fhc_" + "a" * 43, "fhc_" + "a" * 5_000, "fhc_\u00e9"])
async def test_a_made_up_cookie_is_nobody(world: World, cookie: str) -> None:
    for host in ("localhost", "acme.localhost"):
        answer = await world.client(host).get(
            "/admin/api/links/", headers={"Cookie": f"{SESSION}={cookie}".encode("latin-1")}
        )
        assert answer.status_code == 401
