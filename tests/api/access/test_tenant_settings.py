"""How the tenant presents itself: who may change it, what is refused, who sees it, and its logo."""

import struct
import zlib

import pytest

from tenant_schema.users.settings_tables import TenantSettings
from tests.api.access.browsers import page
from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user
from tests.api.scenarios import Scenario, assert_problem, check, table

SETTINGS, LOGO = "/api/v1/tenant-settings", "/api/v1/tenant-settings/logo"
TENANT, PUBLIC_LOGO = "/api/v1/tenant", "/api/v1/tenant/logo"
MANAGING = {"administrator": 200, "viewer": 403, "member": 403, "manager": 403}
NOTHING_SET = {
    "displayName": "",
    "language": "",
    "timeZone": "",
    "currency": "",
    "accent": "",
    "logo": None,
}
PNG_HEADERS = {"Content-Type": "image/png"}


def png(width: int = 2, height: int = 2) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\1\2\3" * min(width, 2)) * min(height, 2))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@table(
    Scenario(name="read", method="GET", path=SETTINGS, statuses=MANAGING, shows=("displayName",)),
    Scenario(name="change", method="PATCH", path=SETTINGS, statuses=MANAGING, body={"accent": "teal"}),
    Scenario(name="remove the logo", method="DELETE", path=LOGO, statuses=MANAGING | {"administrator": 204}),
    Scenario(name="see the tenant", method="GET", path=TENANT, statuses={"*": 200}, shows=("displayName",)),
    Scenario(name="see no logo", method="GET", path=PUBLIC_LOGO, statuses={"*": 404}),
    Scenario(name="on a central host", method="GET", path=SETTINGS, host="localhost", statuses={"*": 404}),
)
@ON_SQLITE
async def test_they_are_for_who_manages_the_tenant(
    world: World, scenario: Scenario, callers: tuple[str, ...]
) -> None:
    await check(world, scenario, callers)


async def test_what_is_set_is_seen_by_everybody_and_kept_apart_from_other_tenants(world: World) -> None:
    await made_role(world, "hosts", "tenant:manage")
    host = await made_user(world, "host", "hosts")
    assert (await host.get(SETTINGS)).json() == NOTHING_SET
    body = {
        "displayName": " Acme & Söhne ",
        "language": "de-ch",
        "timeZone": "Europe/Zurich",
        "currency": "chf",
        "accent": "#FF8800",
    }
    canonical = {
        "displayName": "Acme & Söhne",
        "language": "de-CH",
        "timeZone": "Europe/Zurich",
        "currency": "CHF",
        "accent": "#ff8800",
        "logo": None,
    }
    assert (await page(world).get(TENANT)).json()["displayName"] == "Acme Corporation"
    assert (await host.patch(SETTINGS, json=body)).json() == canonical
    assert (await host.get(SETTINGS)).json() == canonical
    seen = {"name": "Acme Corporation", "slug": "acme", **canonical}
    assert (await page(world).get(TENANT)).json() == seen
    assert (await host.get("/api/v1/workspace")).json()["tenant"] == seen
    other = (await world.client("demo.localhost").get(TENANT)).json()
    assert (other["displayName"], other["accent"]) == (other["name"], "")
    removed = await host.patch(SETTINGS, json=dict.fromkeys(body, ""))
    assert removed.json() == NOTHING_SET
    assert (await page(world).get(TENANT)).json()["displayName"] == "Acme Corporation"


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"displayName": "a" * 201}, "displayName", "invalid-name"),
        ({"displayName": "a\nb"}, "displayName", "invalid-name"),
        ({"displayName": "a" * 1001}, "displayName", "too-long"),
        ({"language": "deutsch!"}, "language", "invalid-language"),
        ({"timeZone": "Europe/Zurch"}, "timeZone", "unknown-time-zone"),
        ({"currency": "EUX"}, "currency", "unknown-currency"),
        ({"accent": "tael"}, "accent", "unknown-colour"),
        ({"accent": "#12345"}, "accent", "unknown-colour"),
        ({"accent": None}, "accent", "wrong-type"),
        ({"colour": "teal"}, "colour", "unknown-field"),
    ],
)
async def test_what_is_refused_is_named(world: World, body: dict, field: str, code: str) -> None:
    answer = await (await world.user()).patch(SETTINGS, json=body)
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]


@ON_SQLITE
async def test_changes_are_recorded(world: World) -> None:
    administrator = await world.user()
    for _ in range(2):
        assert (await administrator.patch(SETTINGS, json={"currency": "EUR"})).status_code == 200
    assert (await administrator.put(LOGO, content=png(), headers=PNG_HEADERS)).status_code == 200
    events = (await administrator.get("/api/v1/audit?action=tenant-settings.*")).json()["data"]
    assert [sorted(one["detail"]) for one in events] == [["logo"], ["after", "before"]]


async def test_a_logo_is_served_to_everybody_as_it_was_uploaded(world: World) -> None:
    administrator, stranger, logo = await world.user(), page(world), png(300, 200)
    uploaded = await administrator.put(LOGO, content=logo, headers={"Content-Type": "image/jpeg"})
    assert uploaded.status_code == 200, uploaded.text
    url = uploaded.json()["logo"]
    assert (await stranger.get(TENANT)).json()["logo"] == url
    served = await stranger.get(url)
    assert (served.status_code, served.content) == (200, logo)
    assert served.headers["content-type"] == "image/png"  # what its bytes are, not what the client said
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in served.headers["cache-control"]
    again = await stranger.get(PUBLIC_LOGO, headers={"If-None-Match": served.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "public, no-cache"
    assert (await stranger.get(f"{PUBLIC_LOGO}?w=1")).status_code == 400
    assert (await world.client("demo.localhost").get(url)).status_code == 404
    replaced = await administrator.put(LOGO, content=png(3, 3), headers=PNG_HEADERS)
    assert replaced.json()["logo"] != url
    for _ in range(2):
        assert (await administrator.delete(LOGO)).status_code == 204
    assert (await stranger.get(TENANT)).json()["logo"] is None
    assert_problem(await stranger.get(PUBLIC_LOGO), "not-found")


@ON_SQLITE
@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", 422, "not-an-image"),
        (b"<script>alert(1)</script>", "image/png", 422, "not-an-image"),
        (b"\x89PNG\r\n\x1a\n", "image/png", 422, "not-an-image"),
        (b"", "image/png", 422, "not-an-image"),
        (png(4_097, 1), "image/png", 422, "image-too-large"),
        (png(), "application/json", 415, "unsupported-media-type"),
        (png() + b"\0" * 256 * 1024, "image/png", 413, "body-too-large"),
    ],
)
async def test_what_is_no_logo_is_refused(
    world: World, content: bytes, media_type: str, status: int, code: str
) -> None:
    answer = await (await world.user()).put(LOGO, content=content, headers={"Content-Type": media_type})
    assert answer.status_code == status
    problem = assert_problem(answer)
    assert code in {problem["code"], *[one["code"] for one in problem["errors"]]}


@ON_SQLITE
async def test_who_may_not_manage_uploads_nothing(world: World) -> None:
    for client, status in ((page(world), 401), (await world.user("manager"), 403)):
        assert (await client.put(LOGO, content=png(), headers=PNG_HEADERS)).status_code == status
    async with world.platform.tenancy.use(await world.tenant("acme")):
        assert not await TenantSettings.exists()
