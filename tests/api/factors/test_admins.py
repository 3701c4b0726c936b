"""Second factors at the admins: users do not get around them there, and operators may have some."""

from dataclasses import replace
from datetime import UTC, datetime

import pyotp

from api.composition import Platform
from central.database import CENTRAL
from central.tables import OperatorFactor
from tests.api.admin.browsing import Browser, operators_browser, tenants_browser
from tests.api.conftest import ON_SQLITE, OPERATOR_TOKEN, PASSWORD, World
from tests.api.factors.people import with_app
from tests.api.people import role_id
from tests.api.scenarios import assert_problem

EMAIL, FACTORS = "administrator@acme.example", "/setup/me/factors"


async def sign_in(browser: Browser, name: str, secret: str, **more: str) -> tuple[int, str]:
    await browser.open()
    body = {"username": name, "password": secret, **more}
    answer = await browser.send("POST", "public/login/", body)
    return answer.status_code, answer.text


async def test_a_user_with_an_app_gives_a_code_at_the_admin(world: World) -> None:
    app = await with_app(world, await world.user())
    browser = Browser(world, "acme.localhost")
    assert await sign_in(browser, EMAIL, PASSWORD) == (401, '{"detail":"MFA code required"}')
    assert (await sign_in(browser, EMAIL, PASSWORD, mfa_code="000000"))[0] == 401
    assert (await sign_in(browser, EMAIL, PASSWORD, mfa_code=await app.code()))[0] == 200
    assert (await browser.get("user/"))["username"]
    other = Browser(world, "acme.localhost")
    assert (await sign_in(other, EMAIL, PASSWORD, mfa_code=app.recovery_codes[0]))[0] == 200


@ON_SQLITE
async def test_a_session_at_the_admin_is_held_to_a_new_requirement(world: World) -> None:
    browser = await tenants_browser(world)
    role = await role_id(world, "administrator")
    [row] = [one for one in await browser.rows("roles") if one["name"] == "administrator"]
    assert row["mfa_required"] is False
    answer = await browser.send("PATCH", f"api/tables/roles/{role}/", {"mfa_required": True})
    assert answer.status_code == 200, answer.text
    refused = await browser.http.get("/admin/api/tables/")
    assert refused.status_code == 401
    status, text = await sign_in(Browser(world, "acme.localhost"), EMAIL, PASSWORD)
    assert status == 401
    assert "add one before anything else" in text


async def with_operator_app(world: World) -> tuple[pyotp.TOTP, list[str]]:
    operator = world.operator()
    begun = (await operator.post(FACTORS, json={"kind": "totp", "name": "Phone"})).json()
    app = pyotp.TOTP(begun["secret"])
    answer = await operator.post(f"{FACTORS}/{begun['id']}", json={"code": app.at(datetime.now(UTC))})
    assert answer.status_code == 200, answer.text
    return app, answer.json()["recoveryCodes"]


async def code_of(world: World, app: pyotp.TOTP) -> str:
    """A code that is accepted now, as if no other had been used in the last minute."""
    with CENTRAL.bind(world.platform.central_engine):
        await OperatorFactor.update({OperatorFactor.last_step: 0}, force=True)
    return app.at(datetime.now(UTC))


async def test_an_operator_with_an_app_gives_a_code_at_the_admin(world: World) -> None:
    await operators_browser(world)
    app, codes = await with_operator_app(world)
    browser = Browser(world, "localhost")
    for _ in range(6):  # a token alone is no failure
        answer = await sign_in(browser, "operator", OPERATOR_TOKEN)
        assert answer == (401, '{"detail":"MFA code required"}')
    code = await code_of(world, app)
    assert (await sign_in(browser, "operator", OPERATOR_TOKEN, mfa_code=code))[0] == 200
    assert (await sign_in(browser, "operator", OPERATOR_TOKEN, mfa_code=code))[0] == 401
    assert (await sign_in(browser, "operator", OPERATOR_TOKEN, mfa_code=codes[0]))[0] == 200
    assert (await world.operator().get("/setup/tenants")).status_code == 200  # programs need the token alone


@ON_SQLITE
async def test_an_operator_s_factors_change_with_a_code_only(world: World) -> None:
    operator = world.operator()
    app, codes = await with_operator_app(world)
    listed = (await operator.get(FACTORS)).json()
    assert ([one["name"] for one in listed["data"]], listed["recoveryCodes"]) == (["Phone"], 10)
    factor = f"{FACTORS}/{listed['data'][0]['id']}"
    for body in ({"kind": "totp"}, {"kind": "recovery-codes"}):
        assert_problem(await operator.post(FACTORS, json=body), "factor-required")
        assert_problem(await operator.post(FACTORS, json={**body, "code": "000000"}), "validation")
    assert_problem(await operator.post(f"{factor}/remove", json={}), "factor-required")
    renewed = await operator.post(FACTORS, json={"kind": "recovery-codes", "code": codes[0]})
    assert len(renewed.json()["recoveryCodes"]) == 10
    removed = await operator.post(f"{factor}/remove", json={"code": await code_of(world, app)})
    assert removed.status_code == 204
    assert (await operator.get(FACTORS)).json() == {"data": [], "recoveryCodes": 0}
    assert (await sign_in(Browser(world, "localhost"), "operator", OPERATOR_TOKEN))[0] == 200


@ON_SQLITE
async def test_wrong_codes_make_an_operator_wait(world: World) -> None:
    app, _ = await with_operator_app(world)
    browser = Browser(world, "localhost")
    for _ in range(5):
        assert (await sign_in(browser, "operator", OPERATOR_TOKEN, mfa_code="000000"))[0] == 401
    code = await code_of(world, app)
    assert (await sign_in(browser, "operator", OPERATOR_TOKEN, mfa_code=code))[0] == 429


@ON_SQLITE
async def test_an_installation_may_require_factors_of_its_operators(world: World) -> None:
    platform: Platform = world.platform
    strict = type(platform.operator_factors)(
        platform.operator_factors._store._secrets, platform.admin.operator_throttle, is_required=True
    )
    strict_world = World(replace(platform, operator_factors=strict), world.app)
    strict_world.app = world.app.serving(strict_world.platform)
    status, text = await sign_in(Browser(strict_world, "localhost"), "operator", OPERATOR_TOKEN)
    assert status == 401
    assert "add one" in text
    app, _ = await with_operator_app(strict_world)
    code = await code_of(strict_world, app)
    browser = Browser(strict_world, "localhost")
    assert (await sign_in(browser, "operator", OPERATOR_TOKEN, mfa_code=code))[0] == 200
