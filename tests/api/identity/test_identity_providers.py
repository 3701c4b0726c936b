"""Identity providers over HTTP: who sets them up, what is refused, and what stays secret."""

from typing import Any

import pytest

from central.database import CENTRAL
from tenant_schema.users.sign_in_tables import IdentityProvider
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.identity.sso import PROVIDERS, Company, audit_of
from tests.api.people import made_role, made_user
from tests.support.identity_provider import HostileProvider, Reply

SETTINGS = "/api/v1/sign-in-settings"
BODY = {
    "name": "company",
    "label": "Company account",
    "issuer": "https://login.acme.example",
    "clientId": "freehold",
    "clientSecret": "the secret of the client",
    "domains": ["ACME.example"],
    "defaultRoles": ["member"],
    "roleRules": [{"claim": "groups", "value": "leads", "roles": ["manager", "viewer"]}],
}


async def test_a_provider_is_set_up_changed_and_deleted(world: World) -> None:
    administrator = await world.user()
    made = await administrator.post(PROVIDERS, json=BODY)
    assert made.status_code == 201, made.text
    provider: dict[str, Any] = made.json()
    address = f"{PROVIDERS}/{provider['id']}"
    assert made.headers["location"] == address
    expected = {name: value for name, value in BODY.items() if name != "clientSecret"}
    assert provider.items() >= (expected | {"domains": ["acme.example"]}).items()
    assert (provider["hasClientSecret"], provider["provenAt"], provider["identities"]) == (True, None, 0)
    assert provider["redirectUri"] == "https://acme.localhost/api/v1/auth/oidc/company/callback"
    assert (await administrator.get(address)).json() == provider
    assert (await administrator.get(PROVIDERS)).json() == {"data": [provider]}

    changes = {"label": "", "roleRules": [], "clientSecret": "", "active": False}
    changed = (await administrator.patch(address, json=changes)).json()
    assert (changed["label"], changed["roleRules"], changed["active"]) == ("", [], False)
    assert (changed["hasClientSecret"], changed["issuer"]) == (False, BODY["issuer"])
    assert (await administrator.delete(address)).status_code == 204
    assert (await administrator.get(address)).status_code == 404
    assert (await administrator.patch(address, json={})).status_code == 404


@ON_SQLITE
async def test_the_secret_is_sealed_and_never_shown(world: World) -> None:
    administrator = await world.user()
    made = await administrator.post(PROVIDERS, json=BODY)
    secret = str(BODY["clientSecret"])
    shown = [made, await administrator.get(PROVIDERS), await administrator.get("/api/v1/audit")]
    assert all(secret not in one.text for one in shown)
    tenant = await world.tenant("acme")
    with CENTRAL.bind(world.platform.central_engine):
        async with world.platform.tenancy.use(tenant):
            [row] = await IdentityProvider.select(IdentityProvider.client_secret)
    assert world.platform.vault.open(row["client_secret"], tenant.id) == secret


@ON_SQLITE
async def test_only_who_may_manage_users_and_roles_sees_providers(world: World) -> None:
    await made_role(world, "people", "users:manage")
    await made_role(world, "rights", "roles:manage")
    callers = [await world.user(person) for person in ("manager", "member", "viewer")]
    callers += [await made_user(world, name, name) for name in ("people", "rights")]
    [provider] = [(await (await world.user()).post(PROVIDERS, json=BODY)).json()]
    address = f"{PROVIDERS}/{provider['id']}"
    for caller in callers:
        for method, path in (
            ("GET", PROVIDERS),
            ("GET", address),
            ("DELETE", address),
            ("POST", f"{address}/test"),
        ):
            assert (await caller.request(method, path)).status_code == 403
        assert (await caller.post(PROVIDERS, json=BODY)).status_code == 403
        assert (await caller.patch(address, json={"label": "x"})).status_code == 403
    other = await world.user("administrator", "demo")
    assert (await other.get(address)).status_code == 404
    assert (await world.client().get(PROVIDERS)).status_code == 401


@ON_SQLITE
async def test_an_api_key_looks_at_providers_and_changes_none(world: World) -> None:
    administrator = await world.user()
    made = await administrator.post("/api/v1/api-keys", json={"name": "program", "roles": ["administrator"]})
    assert made.status_code == 201, made.text
    program = world.client(token=made.json()["token"])
    assert (await program.get(PROVIDERS)).status_code == 200
    refused = await program.post(PROVIDERS, json=BODY)
    assert (refused.status_code, refused.json()["code"]) == (403, "key-not-enough")


@ON_SQLITE
async def test_every_mistake_is_reported(world: World) -> None:
    administrator = await world.user()
    body = {
        "name": "My Company",
        "issuer": "http://login.acme.example",
        "clientId": " ",
        "scopes": "email",
        "domains": ["acme.example", "@acme.example", "localhost"],
        "roleRules": [{"claim": "groups", "value": "", "roles": []}],
    }
    refused = await administrator.post(PROVIDERS, json=body)
    assert refused.status_code == 422
    found = {one["field"]: one["code"] for one in refused.json()["errors"]}
    assert found == {
        "name": "invalid-name",
        "issuer": "invalid-issuer",
        "clientId": "required",
        "scopes": "invalid-scopes",
        "domains[1]": "invalid-domain",
        "domains[2]": "invalid-domain",
        "roleRules[0]": "invalid-rule",
    }
    rules = [{"claim": "groups", "value": "x", "roles": ["viewer", "mangaer"]}]
    refused = await administrator.post(PROVIDERS, json=BODY | {"roleRules": rules, "defaultRoles": ["x"]})
    assert refused.status_code == 422
    assert [(one["field"], one.get("didYouMean")) for one in refused.json()["errors"]] == [
        ("defaultRoles[0]", None),
        ("roleRules[0].roles[1]", "manager"),
    ]
    for issuer in (
        "https://a@b.example",
        "https://b.example?x=1",
        "https://b.example#x",
        "ftp://b.example",
        "",
    ):
        refused = await administrator.post(PROVIDERS, json=BODY | {"issuer": issuer})
        assert refused.status_code == 422, issuer


async def test_names_are_unique(world: World) -> None:
    administrator = await world.user()
    assert (await administrator.post(PROVIDERS, json=BODY)).status_code == 201
    refused = await administrator.post(PROVIDERS, json=BODY)
    assert (refused.status_code, refused.json()["code"]) == (409, "taken")
    other = (await administrator.post(PROVIDERS, json=BODY | {"name": "other"})).json()
    refused = await administrator.patch(f"{PROVIDERS}/{other['id']}", json={"name": "company"})
    assert (refused.status_code, refused.json()["code"]) == (409, "taken")


@ON_SQLITE
async def test_changes_are_in_the_audit_trail(world: World) -> None:
    administrator = await world.user()
    made = (await administrator.post(PROVIDERS, json=BODY)).json()
    await administrator.patch(f"{PROVIDERS}/{made['id']}", json={"clientSecret": "another", "label": "x"})
    await administrator.delete(f"{PROVIDERS}/{made['id']}")
    for action in ("create", "update", "delete"):
        [event] = await audit_of(world, f"identity-provider.{action}")
        assert event["subject"]["name"] == "company"
    [event] = await audit_of(world, "identity-provider.update")
    assert event["detail"] == {"label": "x", "clientCredentialsChanged": True}


@ON_SQLITE
async def test_a_provider_that_is_used_is_deleted_with_a_confirmation(company: Company) -> None:
    await company.sign_in()
    administrator, address = await company.world.user(), f"{PROVIDERS}/{company.id}"
    found = (await administrator.get(address)).json()
    assert (found["identities"], found["provenAt"] is not None) == (1, True)
    for path in (address, f"{address}?confirm=other"):
        refused = await administrator.delete(path)
        assert (refused.status_code, refused.json()["code"]) == (409, "provider-in-use")
    assert (await administrator.delete(f"{address}?confirm=company")).status_code == 204
    [member] = (await administrator.get("/api/v1/users", params={"search": "member@"})).json()["data"]
    assert (member["status"], member["roles"]) == ("active", ["member"])


@ON_SQLITE
async def test_another_issuer_begins_without_identities(company: Company) -> None:
    await company.sign_in()
    await company.change(issuer="https://login.acme.example")
    administrator = await company.world.user()
    found = (await administrator.get(f"{PROVIDERS}/{company.id}")).json()
    assert (found["identities"], found["provenAt"]) == (0, None)


@ON_SQLITE
async def test_the_test_says_what_is_wrong_in_words(company: Company, provider: HostileProvider) -> None:
    administrator, address = await company.world.user(), f"{PROVIDERS}/{company.id}/test"
    found = (await administrator.post(address)).json()
    assert (found["ok"], found["signingKeys"], found["problems"]) == (True, 1, [])
    assert found["authorizationEndpoint"] == f"{provider.issuer}/auth"
    provider.metadata = {
        "code_challenge_methods_supported": ["plain"],
        "scopes_supported": ["openid"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "id_token_signing_alg_values_supported": ["HS256"],
    }
    found = (await administrator.post(address)).json()
    assert found["ok"]
    assert len(found["warnings"]) == 4
    for metadata, problem in (
        ({"issuer": "https://login.example"}, "another issuer"),
        ({"token_endpoint": None}, "no token_endpoint"),
        ({"jwks_uri": "http://login.example/keys"}, "must begin with https://"),
        ({"response_types_supported": ["id_token"]}, "code flow"),
    ):
        provider.metadata = metadata
        found = (await administrator.post(address)).json()
        assert not found["ok"]
        assert problem in found["problems"][0]
    provider.metadata = {}
    provider.replies["/jwks"] = lambda *_: Reply({"keys": []})
    found = (await administrator.post(address)).json()
    assert "signing keys" in found["problems"][0]
    provider.replies["/.well-known/openid-configuration"] = lambda *_: Reply({"error": "<script>"}, 500)
    found = (await administrator.post(address)).json()
    assert found["problems"] == ["The provider responds with the status 500."]


@ON_SQLITE
async def test_passwords_are_disabled_once_a_provider_works_which_then_stays(company: Company) -> None:
    administrator, disabled = await company.world.user(), {"passwordEnabled": False}
    refused = await administrator.patch(SETTINGS, json=disabled)
    assert (refused.status_code, refused.json()["code"]) == (409, "passwords-needed")
    await company.sign_in()
    refused = await administrator.patch(SETTINGS, json=disabled)  # a member has signed in
    assert (refused.status_code, refused.json()["code"]) == (409, "passwords-needed")
    boss = (await administrator.get("/api/v1/auth/me")).json()["user"]
    member, company.provider.person = (
        company.provider.person,
        {
            "sub": "boss",
            "email": boss["email"],
            "email_verified": True,
        },
    )
    assert (await company.sign_in()).headers["location"] == "/deals"
    company.provider.person = member
    assert (await administrator.patch(SETTINGS, json=disabled)).status_code == 200
    invited = {"email": "second@acme.example", "roles": ["administrator"], "password": PASSWORD}
    await administrator.post("/api/v1/users", json=invited)
    refused = await administrator.post(f"/api/v1/users/{boss['id']}/deactivate")  # the other has a password
    assert (refused.status_code, refused.json()["code"]) == (409, "last-administrator")
    body = {"email": "member@acme.example", "password": PASSWORD}
    refused = await company.browser().post("/api/v1/auth/login", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "password-disabled")
    assert (await company.sign_in()).headers["location"] == "/deals"

    other = (await administrator.post(PROVIDERS, json=BODY | {"name": "other"})).json()
    address = f"{PROVIDERS}/{company.id}"
    for refused in (
        await administrator.patch(address, json={"active": False}),
        await administrator.patch(address, json={"issuer": "https://login.example"}),
        await administrator.patch(address, json={"clientId": "other"}),
        await administrator.delete(f"{address}?confirm=company"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "last-way-in")
    assert (await administrator.patch(address, json={"label": "x"})).status_code == 200
    assert (await administrator.delete(f"{PROVIDERS}/{other['id']}")).status_code == 204
    assert (await administrator.patch(SETTINGS, json={"passwordEnabled": True})).status_code == 200
    assert (await administrator.delete(f"{address}?confirm=company")).status_code == 204


@pytest.mark.parametrize("settings", ["mariadb"], indirect=True)
async def test_it_works_on_mariadb(company: Company) -> None:
    company.provider.person = {"sub": "grace", "email": "grace@acme.example", "email_verified": True}
    for _ in range(2):
        browser = company.browser()
        assert (await company.sign_in(browser)).headers["location"] == "/deals"
        assert (await company.profile(browser))["roles"] == ["viewer"]
    rules = [{"claim": "email", "value": "grace@acme.example", "roles": ["manager"]}]
    await company.change(roleRules=rules)
    await company.sign_in(browser)
    assert (await company.profile(browser))["roles"] == ["manager", "viewer"]
