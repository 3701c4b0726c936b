"""/schema/try: Swagger UI from this host alone, with the caller's own objects, and a request that works."""

import re

import pytest

from tests.api.admin.chromium import browsing, launched
from tests.api.conftest import ON_SQLITE, World
from tests.api.server.test_protocol import listening

pytestmark = ON_SQLITE


@pytest.mark.parametrize("host", ["localhost", "acme.localhost"])
async def test_it_loads_nothing_from_elsewhere_and_has_no_script_of_its_own(world: World, host: str) -> None:
    client = world.client(host)
    answer = await client.get("/schema/try")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe-eval" not in policy
    assert re.search(r"<script[^>]*>[^<]", answer.text) is None
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', answer.text):
        found = await client.get(address)
        assert found.status_code == 200
        assert (
            await client.get(address, headers={"If-None-Match": found.headers["etag"]})
        ).status_code == 304
    assert (await client.get("/schema/try/nothing.js")).status_code == 404


async def test_a_request_is_tried_with_a_token(world: World) -> None:
    token = await world.sign_in()
    async with (
        launched() as browser,
        listening(world) as port,
        browsing(browser, f"http://acme.localhost:{port}") as (window,),
    ):
        page = window.page
        await page.goto(f"{window.address}/schema/try")
        await page.click(".btn.authorize")
        await page.fill(".auth-container input", token)
        await page.click(".auth-btn-wrapper .authorize")
        await page.click(".auth-btn-wrapper .btn-done")
        await page.click("#operations-tag-accounts button")
        await page.click("[id$=listRecords_accounts] .opblock-summary-control")
        await page.click("[id$=listRecords_accounts] .try-out__btn")
        async with page.expect_response(re.compile("/api/v1/data/accounts")) as waited:
            await page.click("[id$=listRecords_accounts] .execute")
        assert (await waited.value).status == 200
        assert window.faults == []


async def test_tags_that_a_proxy_weakened_are_known(world: World) -> None:
    client, address = world.client(), "/schema/try/start.js"
    tag = (await client.get(address)).headers["etag"]
    for given, status in ((f"W/{tag}", 304), (f'"x", {tag}', 304), ('"x"', 200), (tag[1:-1], 200)):
        assert (await client.get(address, headers={"If-None-Match": given})).status_code == status, given
