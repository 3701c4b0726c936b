"""Sessions and calls from other origins in Chromium: what pages can do is what the headers were meant for."""

from typing import Any

from playwright.async_api import Page

from tests.api.admin.chromium import browsing, launched
from tests.api.conftest import ON_SQLITE, PASSWORD
from tests.api.server.test_protocol import listening

pytestmark = ON_SQLITE

FETCH = """async ([url, options]) => {
    try {
        const response = await fetch(url, options);
        const text = await response.text();
        return {status: response.status, type: response.type, etag: response.headers.get("etag"),
                body: text && JSON.parse(text)};
    } catch (error) {
        return {status: 0, type: error.name};
    }
}"""
JSON = {"Content-Type": "application/json"}
ME, RECORDS, SESSION = "/api/v1/auth/me", "/api/v1/data/accounts", "/api/v1/auth/session"
CREDENTIALS = f'{{"email": "administrator@acme.example", "password": "{PASSWORD}"}}'


async def fetch(page: Page, url: str, method: str = "GET", **options: Any) -> dict[str, Any]:
    """What a script of the page gets; status 0 if the browser refuses."""
    found: dict[str, Any] = await page.evaluate(FETCH, [url, {"method": method, **options}])
    return found


async def test_a_page_signs_in_and_one_of_another_origin_needs_a_token(world_with: Any) -> None:
    """The other origin is another port of the same host, to which the browser sends the same cookies."""
    async with (
        world_with(local=True) as world,
        listening(world) as port,
        listening(world) as other_port,
        launched() as browser,
        browsing(browser, f"http://acme.localhost:{port}") as (window,),
    ):
        page, own, other = window.page, window.address, f"http://acme.localhost:{other_port}"
        await page.goto(f"{own}/api/v1/tenant")  # a document of the origin, without a policy for scripts
        assert (await fetch(page, ME))["status"] == 401
        assert (await fetch(page, SESSION, "POST", headers=JSON, body=CREDENTIALS))["status"] == 200
        await page.reload()
        assert (await fetch(page, SESSION))["body"]["user"]["email"] == "administrator@acme.example"
        assert await page.evaluate("document.cookie") == ""
        made = await fetch(page, RECORDS, "POST", headers=JSON, body='{"name": "Globex"}')
        assert (made["status"], (await fetch(page, RECORDS))["body"]["data"][0]["name"]) == (201, "Globex")

        await page.goto(f"{other}/api/v1/tenant")
        mine = {"credentials": "include"}
        assert (await fetch(page, own + ME, **mine))["status"] == 0
        form = {"mode": "no-cors", "headers": {"Content-Type": "text/plain"}, "body": '{"name": "Mallory"}'}
        await fetch(page, own + RECORDS, "POST", **mine, **form)
        assert (await fetch(page, own + SESSION, "DELETE", **mine))["status"] == 0
        bearer = {"headers": {"Authorization": f"Bearer {await world.sign_in()}"}}
        assert (await fetch(page, own + RECORDS, **bearer))["status"] == 0

        settings = {"allowedOrigins": [other]}
        assert (
            await (await world.user()).patch("/api/v1/sign-in-settings", json=settings)
        ).status_code == 200
        read = await fetch(page, own + RECORDS, **bearer)
        assert (read["status"], [one["name"] for one in read["body"]["data"]]) == (200, ["Globex"])
        written = await fetch(
            page,
            f"{own}{RECORDS}/{read['body']['data'][0]['id']}",
            "PATCH",
            headers=bearer["headers"] | JSON | {"If-Match": '"1"'},
            body='{"name": "Acme"}',
        )
        assert (written["status"], written["etag"]) == (200, '"2"')
        refused = await fetch(page, f"{own}/api/v1/nothing", **bearer)
        assert (refused["status"], refused["body"]["code"]) == (404, "not-found")
        assert (await fetch(page, own + ME, **mine))["status"] == 0  # the cookie stays out of reach

        await page.goto(f"{own}/api/v1/tenant")
        assert (await fetch(page, SESSION, "DELETE"))["status"] == 204
        assert (await fetch(page, ME))["status"] == 401
