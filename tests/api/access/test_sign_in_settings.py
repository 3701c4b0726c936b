"""How users sign in to a tenant: who may change it, what is refused, and what it does."""

import pytest

from tenant_schema.scope import TenantScope
from tenant_schema.users.sign_in_tables import SignInSettings
from tests.api.access.browsers import SESSION, credentials, page, signed_in
from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user
from tests.api.scenarios import Scenario, assert_problem, check, table

SETTINGS = "/api/v1/sign-in-settings"
MANAGING = {"administrator": 200, "viewer": 403, "member": 403, "manager": 403}


@table(
    Scenario(name="read", method="GET", path=SETTINGS, statuses=MANAGING, shows=("passwordEnabled",)),
    Scenario(
        name="change", method="PATCH", path=SETTINGS, statuses=MANAGING, body={"supportAccess": "never"}
    ),
)
@ON_SQLITE
async def test_they_are_for_who_manages_users(
    world: World, scenario: Scenario, callers: tuple[str, ...]
) -> None:
    await check(world, scenario, callers)


async def test_a_tenant_begins_with_passwords_and_without_origins(world: World) -> None:
    administrator = await world.user()
    default = {"passwordEnabled": True, "allowedOrigins": [], "supportAccess": "ask"}
    assert (await administrator.get(SETTINGS)).json() == default
    for body in ({"supportAccess": "always"}, {"passwordEnabled": True}, {}):
        default |= body
        assert (await administrator.patch(SETTINGS, json=body)).json() == default
        assert (await administrator.get(SETTINGS)).json() == default


@ON_SQLITE
async def test_changes_are_recorded(world: World) -> None:
    administrator = await world.user()
    body = {"allowedOrigins": ["https://App.example.com:443/", "https://app.example.com"]}
    for _ in range(2):
        answer = await administrator.patch(SETTINGS, json=body)
        assert answer.json()["allowedOrigins"] == ["https://app.example.com"]
    events = (await administrator.get("/api/v1/audit?action=sign-in-settings.*")).json()["data"]
    assert [one["detail"] for one in events] == [
        {"before": {"allowed_origins": []}, "after": {"allowed_origins": ["https://app.example.com"]}}
    ]


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"allowedOrigins": ["https://a.example", "*"]}, "allowedOrigins[1]", "invalid-origin"),
        ({"allowedOrigins": ["null"]}, "allowedOrigins[0]", "invalid-origin"),
        ({"allowedOrigins": ["http://a.example"]}, "allowedOrigins[0]", "invalid-origin"),
        ({"allowedOrigins": [f"https://a{n}.example" for n in range(51)]}, "allowedOrigins", "too-long"),
        ({"allowedOrigins": [1]}, "allowedOrigins[0]", "wrong-type"),
        ({"supportAccess": "sometimes"}, "supportAccess", "not-an-option"),
        ({"passwordEnabled": None}, "passwordEnabled", "wrong-type"),
        ({"password": False}, "password", "unknown-field"),
    ],
)
async def test_what_is_refused_is_named(world: World, body: dict, field: str, code: str) -> None:
    answer = await (await world.user()).patch(SETTINGS, json=body)
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]


@ON_SQLITE
async def test_an_api_key_changes_nothing(world: World) -> None:
    administrator = await world.user()
    key = (await administrator.post("/api/v1/api-keys", json={"name": "robot"})).json()["token"]
    assert_problem(await world.client(token=key).patch(SETTINGS, json={}), "key-not-enough")


@ON_SQLITE
async def test_without_passwords_the_administrators_keep_theirs(world: World) -> None:
    member = await signed_in(world, "member")
    await made_role(world, "staffing", "users:manage")
    await made_user(world, "clerk", "staffing")
    refused = await (await world.user()).patch(SETTINGS, json={"passwordEnabled": False})
    assert_problem(refused, "passwords-needed")
    tenant = await world.tenant("acme")
    async with world.platform.tenancy.use(tenant):  # as after the only provider was deleted in the database
        await SignInSettings.insert(SignInSettings(password_enabled=False))
    world.platform.forget(TenantScope(tenant.id, tenant.slug, tenant.name))
    for path in (SESSION, "/api/v1/auth/login"):
        for body in (credentials("member"), credentials("nobody")):
            assert_problem(await page(world).post(path, json=body), "password-disabled")
        assert (await page(world).post(path, json=credentials())).status_code == 200
    assert (await member.get(SESSION)).status_code == 200  # who is signed in stays so
