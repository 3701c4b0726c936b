"""Signing in through a provider: who comes in, with which roles, and what a hostile response achieves."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.access.test_links import mailed, outbox
from tests.api.conftest import ON_SQLITE
from tests.api.identity.sso import Company, audit_of, error_of, set_up
from tests.api.people import made_role, role_id, user_id
from tests.support.identity_provider import HostileProvider

pytestmark = ON_SQLITE


def query_of(address: str) -> dict[str, str]:
    return {name: one for name, [one] in parse_qs(urlsplit(address).query).items()}


async def test_a_known_user_is_linked_by_a_verified_address_and_signed_in(company: Company) -> None:
    browser = company.browser()
    finished = await company.sign_in(browser)
    assert (finished.status_code, finished.headers["location"]) == (302, "/deals")
    assert finished.headers["cache-control"] == "no-store"
    profile = await company.profile(browser)
    assert (profile["user"]["email"], profile["roles"]) == ("member@acme.example", ["member"])
    [linked] = await audit_of(company.world, "user.link-identity")
    assert linked["detail"] == {"provider": "company"}
    assert mailed(await outbox(company.world)) == [("identity-linked", "member@acme.example")]
    company.provider.person["email"] = "another@elsewhere.example"  # the account counts, not the address
    again = company.browser()
    assert (await company.sign_in(again)).headers["location"] == "/deals"
    assert (await company.profile(again))["user"] == profile["user"]
    assert len(await audit_of(company.world, "user.link-identity")) == 1


async def test_the_request_to_the_provider_has_pkce_a_nonce_and_a_state(company: Company) -> None:
    browser = company.browser()
    started = await company.start(browser)
    first = query_of(started.headers["location"])
    assert first["redirect_uri"] == "http://acme.localhost/api/v1/auth/oidc/company/callback"
    assert first["scope"] == "openid email profile"
    assert all(len(first[name]) == 43 for name in ("state", "nonce", "code_challenge"))
    cookie = started.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    second = query_of((await company.start(browser)).headers["location"])
    assert not {first[name] for name in ("state", "nonce", "code_challenge")} & set(second.values())


async def test_a_new_user_is_created_if_the_address_is_of_a_domain_of_the_provider(company: Company) -> None:
    company.provider.person = {
        "sub": "grace",
        "email": "Grace@ACME.example",
        "email_verified": True,
        "name": "Grace Hopper",
    }
    browser = company.browser()
    assert (await company.sign_in(browser)).headers["location"] == "/deals"
    profile = await company.profile(browser)
    assert (profile["user"]["email"], profile["user"]["name"]) == ("grace@acme.example", "Grace Hopper")
    assert profile["roles"] == ["viewer"]
    [created] = await audit_of(company.world, "user.create")
    assert created["detail"] == {"provider": "company", "roles": ["viewer"]}


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"email": "member@acme.example"}, "email-unverified"),
        ({"email": "member@acme.example", "email_verified": False}, "email-unverified"),
        ({"email": "member@acme.example", "email_verified": 1}, "email-unverified"),
        ({"email": "nobody@acme.example", "email_verified": "no"}, "email-unverified"),
        ({"email": "member@demo.example", "email_verified": True}, "no-account"),
        ({"email": "member@acme.example.evil.example", "email_verified": True}, "no-account"),
        ({"email": "not an address", "email_verified": True}, "email-missing"),
        ({"email": ["member@acme.example"], "email_verified": True}, "email-missing"),
        ({"email_verified": True}, "email-missing"),
    ],
)
async def test_nobody_comes_in_without_a_verified_address_of_the_tenant(
    company: Company, person: dict[str, Any], code: str
) -> None:
    company.provider.person = {"sub": "eve", **person}
    finished = await company.sign_in()
    assert error_of(finished) == code
    [refused] = await audit_of(company.world, "sign-in.refused")
    assert refused["detail"]["code"] == code


async def test_addresses_count_as_verified_if_the_administrator_says_so(company: Company) -> None:
    company.provider.person = {"sub": "ada", "upn": "member@acme.example", "email_verified": True}
    await company.change(emailClaim="upn")
    assert error_of(await company.sign_in()) == "email-unverified"  # email_verified is about email alone
    await company.change(emailsVerified=True)
    assert (await company.sign_in()).headers["location"] == "/deals"


async def test_the_address_is_read_from_userinfo_if_the_token_has_none(company: Company) -> None:
    company.provider.person = {"sub": "ada"}
    company.provider.userinfo = {"email": "member@acme.example", "email_verified": True}
    browser = company.browser()
    await company.sign_in(browser)
    assert (await company.profile(browser))["user"]["email"] == "member@acme.example"
    company.provider.person = {"sub": "eve"}
    company.provider.userinfo["sub"] = "ada"
    assert error_of(await company.sign_in()) == "provider-error"


async def test_inactive_users_do_not_come_in(company: Company) -> None:
    assert (await company.sign_in()).headers["location"] == "/deals"
    administrator = await company.world.user()
    [member] = (await administrator.get("/api/v1/users", params={"search": "member@"})).json()["data"]
    await administrator.patch(f"/api/v1/users/{member['id']}", json={})
    response = await administrator.post(f"/api/v1/users/{member['id']}/deactivate")
    assert response.status_code == 200, response.text
    assert error_of(await company.sign_in()) == "account-inactive"
    company.provider.person["sub"] = "another account with the address"
    assert error_of(await company.sign_in()) == "account-inactive"


async def test_rules_give_roles_and_take_those_that_they_gave(company: Company) -> None:
    rule = {"claim": "realm.groups", "value": "leads", "roles": ["manager", "viewer"]}
    await company.change(roleRules=[rule])
    company.provider.person["realm"] = {"groups": ["staff", "leads"]}
    browser = company.browser()
    await company.sign_in(browser)
    assert (await company.profile(browser))["roles"] == ["manager", "member", "viewer"]
    company.provider.person["realm"] = {"groups": ["staff"]}
    await company.sign_in(browser)
    assert (await company.profile(browser))["roles"] == ["member"]  # which an administrator has given
    changes = [one["detail"] for one in await audit_of(company.world, "user.roles")]
    assert changes == [
        {"provider": "company", "added": [], "removed": ["manager", "viewer"]},
        {"provider": "company", "added": ["manager", "viewer"], "removed": []},
    ]


async def test_rules_do_not_take_what_was_given_by_hand_or_is_the_last_administrator_s(
    company: Company,
) -> None:
    rules = [{"claim": "groups", "value": "all", "roles": ["member", "administrator"]}]
    await company.change(roleRules=rules)
    company.provider.person["groups"] = "all"
    browser = company.browser()
    await company.sign_in(browser)
    assert (await company.profile(browser))["roles"] == ["administrator", "member"]
    administrator = await company.world.user()
    [other] = (await administrator.get("/api/v1/users", params={"search": "administrator@"})).json()["data"]
    await administrator.put(f"/api/v1/users/{other['id']}/roles", json={"roles": ["viewer"]})
    company.provider.person["groups"] = "none"
    await company.sign_in(browser)
    assert (await company.profile(browser))["roles"] == ["administrator", "member"]


async def test_a_multi_factor_sign_in_counts_if_the_administrator_says_so(company: Company) -> None:
    company.provider.person["amr"] = ["pwd", "mfa"]
    assert (await company.sign_in()).headers["location"] == "/deals"
    await company.change(secondFactor=True)
    assert (await company.sign_in()).headers["location"] == "/deals"
    details = [one["detail"] for one in await audit_of(company.world, "sign-in")]
    methods = [one["methods"] for one in details if "methods" in one]
    assert methods[:2] == [["fed", "mfa"], ["fed"]]


async def test_a_response_works_once(company: Company) -> None:
    browser = company.browser()
    started = await company.start(browser)
    back = company.provider.authorize(started.headers["location"])
    assert (await company.finish(browser, back)).headers["location"] == "/deals"
    assert error_of(await company.finish(browser, back)) == "state-invalid"


async def test_of_two_responses_at_once_one_works(company: Company) -> None:
    browser = company.browser()
    started = await company.start(browser)
    back = company.provider.authorize(started.headers["location"])
    finished = await asyncio.gather(*(company.finish(browser, back) for _ in range(4)))
    locations = sorted(one.headers["location"] for one in finished)
    assert locations == ["/deals", *["/login?error=state-invalid"] * 3]


async def test_a_response_for_another_browser_is_refused(company: Company) -> None:
    mallory, victim = company.browser(), company.browser()
    started = await company.start(mallory)
    back = company.provider.authorize(started.headers["location"])
    assert error_of(await company.finish(victim, back)) == "state-invalid"
    await company.start(victim)  # with a cookie of the victim's own sign-in
    started = await company.start(mallory)
    back = company.provider.authorize(started.headers["location"])
    assert error_of(await company.finish(victim, back)) == "state-invalid"
    assert (await victim.get("/api/v1/auth/me")).status_code == 401


async def test_two_windows_of_a_browser_do_not_disturb_each_other(company: Company) -> None:
    browser = company.browser()
    first, second = [await company.start(browser, path) for path in ("/one", "/two")]
    for started, path in ((first, "/one"), (second, "/two")):
        back = company.provider.authorize(started.headers["location"])
        assert (await company.finish(browser, back)).headers["location"] == path


async def test_the_state_of_another_tenant_is_worth_nothing(
    company: Company, provider: HostileProvider
) -> None:
    await set_up(company.world, provider, "demo", domains=["acme.example", "demo.example"])
    elsewhere, browser = company.browser("demo"), company.browser()
    started = await company.start(elsewhere)
    browser.cookies.update({one.name: one.value or "" for one in elsewhere.cookies.jar})
    back = provider.authorize(started.headers["location"]).replace("demo.localhost", "acme.localhost")
    assert error_of(await company.finish(browser, back)) == "state-invalid"
    assert (await browser.get("/api/v1/auth/me")).status_code == 401


async def test_the_state_of_another_provider_is_worth_nothing(
    company: Company, provider: HostileProvider
) -> None:
    await set_up(company.world, provider, name="other")
    browser = company.browser()
    started = await company.start(browser)
    back = provider.authorize(started.headers["location"]).replace("/company/", "/other/")
    assert error_of(await company.finish(browser, back)) == "state-invalid"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://login.example"}, "provider-error"),
        ({"iss": ""}, "provider-error"),
        ({"code": ""}, "provider-error"),
        ({"code": "invented"}, "provider-error"),
        ({"code": "", "error": "access_denied", "error_description": "<script>"}, "access-denied"),
        ({"code": "", "error": "<script>"}, "provider-error"),
        ({"state": "invented"}, "state-invalid"),
        ({"state": ""}, "state-invalid"),
    ],
)
async def test_responses_that_are_no_success_lead_to_the_sign_in_page(
    company: Company, changes: dict[str, str], code: str
) -> None:
    assert error_of(await company.sign_in(**changes)) == code


async def test_parameters_that_are_repeated_are_refused_and_unknown_ones_ignored(company: Company) -> None:
    browser = company.browser()
    started = await company.start(browser)
    back = company.provider.authorize(started.headers["location"])
    state = query_of(back)["state"]
    assert error_of(await company.finish(browser, f"{back}&state={state}")) == "state-invalid"
    assert (await company.finish(browser, f"{back}&session_state=1&hd=x")).headers["location"] == "/deals"


async def test_a_provider_has_an_address_by_its_id_as_well(company: Company) -> None:
    browser = company.browser()
    started = await company.start(browser, name=company.id)
    assert query_of(started.headers["location"])["redirect_uri"].endswith("/oidc/company/callback")
    back = company.provider.authorize(started.headers["location"])
    assert (await company.finish(browser, back)).headers["location"] == "/deals"


async def test_there_is_nothing_at_unknown_and_inactive_providers(company: Company) -> None:
    browser = company.browser()
    assert (await company.start(browser, name="unknown")).status_code == 404
    started = await company.start(browser)
    await company.change(active=False)
    assert (await company.start(browser)).status_code == 404
    back = company.provider.authorize(started.headers["location"])
    assert error_of(await company.finish(browser, back)) == "state-invalid"


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/\\evil.example", "deals", "", "/%5cevil.example", "/a\tb"],
)
async def test_the_browser_is_sent_nowhere_else_after_the_sign_in(company: Company, path: str) -> None:
    response = await company.start(company.browser(), path)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "returnTo"


async def test_sign_ins_that_do_not_succeed_are_limited_by_address(company: Company) -> None:
    browser = company.browser()
    assert (await company.sign_in(browser)).headers["location"] == "/deals"
    statuses = [(await company.start(browser)).status_code for _ in range(100)]
    assert statuses == [302] * 100
    refused = await company.start(browser)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


async def test_a_role_that_requires_a_second_factor_does_so_after_single_sign_on(company: Company) -> None:
    await company.change(secondFactor=True)
    await made_role(company.world, "careful", "accounts:read")
    administrator = await company.world.user()
    address = f"/api/v1/roles/{await role_id(company.world, 'careful')}"
    assert (await administrator.patch(address, json={"mfaRequired": True})).status_code == 200
    member = await user_id(company.world, "member")
    given = {"roles": ["member", "careful"]}
    assert (await administrator.put(f"/api/v1/users/{member}/roles", json=given)).status_code == 200
    browser = company.browser()
    assert (await company.sign_in(browser)).headers["location"] == "/deals"
    refused = await browser.get("/api/v1/data/accounts")
    assert (refused.status_code, refused.json()["code"]) == (401, "factor-required")
    company.provider.person["amr"] = ["mfa"]
    await company.sign_in(browser)
    assert (await browser.get("/api/v1/data/accounts")).status_code == 200
