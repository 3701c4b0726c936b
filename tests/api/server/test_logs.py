"""Logs: a line for every request with its id and tenant, and never a secret, whatever happens."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog

from api.server.logs import configure_logs
from piccolo_engines.errors import ConnectionLost
from tests.api.conftest import OPERATOR_TOKEN, PASSWORD, World
from tests.api.records.test_records import ACCOUNTS

NEW_PASSWORD = "battery staple horse"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where logs go, as lines of JSON, from ``debug`` on; everything is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure_logs("debug", "json", written)
    client = logging.getLogger("httpx")  # the tests' own, which tells of whole addresses
    client.setLevel(logging.WARNING)
    yield written
    client.setLevel(logging.NOTSET)
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_a_line_names_request_tenant_caller_and_outcome(stream: io.StringIO, world: World) -> None:
    client = await world.user()
    await client.get(f"{ACCOUNTS}?filter[name]=hidden", headers={"X-Request-ID": "the-id"})
    line = next(line for line in lines_of(stream) if line.get("request_id") == "the-id")
    assert (line["method"], line["path"], line["status"]) == ("GET", ACCOUNTS, 200)
    assert (line["tenant"], line["tenant_id"]) == ("acme", await world.tenant_id("acme"))
    assert line["duration_ms"] > 0
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert len(line["caller"]) == 36


async def test_a_refused_request_has_a_line_too(stream: io.StringIO, world: World) -> None:
    await world.client("nobody.localhost").get("/api/v1/tenant")
    line = lines_of(stream)[-1]
    assert (line["status"], line["path"], "tenant" in line) == (404, "/api/v1/tenant", False)


async def test_a_fault_is_logged_with_its_traceback_and_request(
    stream: io.StringIO, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        passphrase = "the wires are crossed " * 2  # a local variable, which tracebacks must not show
        raise ConnectionLost from RuntimeError(passphrase[:21])

    client = await world.user()
    monkeypatch.setattr(type(world.platform.records), "page", broken)
    answer = await client.get(ACCOUNTS)
    line = next(line for line in lines_of(stream) if line["event"] == "failed")
    assert line["request_id"] == answer.headers["x-request-id"]
    assert "the wires are crossed" in line["exception"]
    assert "passphrase =" not in line["exception"]
    assert (line["level"], line["tenant"]) == ("error", "acme")


async def test_a_line_cannot_be_forged_through_the_path(stream: io.StringIO, world: World) -> None:
    await world.client().get("/x%0a%7b%22event%22%3a%22forged%22%7d")
    lines = lines_of(stream)
    assert all(line["event"] != "forged" for line in lines)


async def play_everything(world: World) -> set[str]:
    """Every flow that a secret takes part in; gives all of them."""
    operator, secrets = world.operator(), {PASSWORD, NEW_PASSWORD, OPERATOR_TOKEN}
    admin = {"email": "ada@nova.example", "password": PASSWORD}
    new = {"name": "Nova", "slug": "nova", "primaryDomain": "nova"}
    key = {"Idempotency-Key": "k"}
    await operator.post("/setup/tenants", json=new | {"admin": admin}, headers=key)
    await operator.post("/setup/tenants", json=new | {"admin": admin}, headers=key)
    other = await operator.post("/setup/tenants", json=new | {"slug": "nova-2", "primaryDomain": "nova-2"})
    secrets.add(other.json()["admin"]["password"])
    await operator.post("/setup/tenants", json={**new, "admin": {"email": "x", "password": "opensesame"}})
    await world.client("localhost", "fho_stolen-and-wrong").get("/setup/tenants")
    guest = world.client("nova.localhost")
    await guest.post("/api/v1/auth/login", json=admin | {"password": "a-wrong-one"})
    await guest.post(
        "/api/v1/auth/login", content=json.dumps(admin)[:-1], headers={"Content-Type": "application/json"}
    )
    tokens = (await guest.post("/api/v1/auth/login", json=admin)).json()
    again = (await guest.post("/api/v1/auth/refresh", json={"refreshToken": tokens["refreshToken"]})).json()
    client = world.client("nova.localhost", again["accessToken"])
    await client.get(f"/api/v1/auth/me?access_token={again['accessToken']}")
    await client.get(f"{ACCOUNTS}?filter[name]={PASSWORD}&token={tokens['refreshToken']}")
    await client.post("/api/v1/auth/password", json={"current": PASSWORD, "new": NEW_PASSWORD})
    await client.post("/api/v1/auth/password", json={"current": "a-wrong-one", "new": "yet-another-one"})
    await guest.post("/api/v1/auth/refresh", json={"refreshToken": tokens["refreshToken"]})
    await world.client("demo.localhost", again["accessToken"]).get("/api/v1/auth/me")
    await client.post("/api/v1/auth/logout")
    for given in (tokens, again):
        secrets |= {given["accessToken"], given["refreshToken"]}
    return secrets | {"opensesame", "a-wrong-one", "yet-another-one", "fho_stolen-and-wrong"}


async def test_no_secret_is_ever_logged(stream: io.StringIO, world: World) -> None:
    logging.getLogger("piccolo").setLevel(logging.DEBUG)
    secrets = await play_everything(world)
    text = stream.getvalue()
    assert len(lines_of(stream)) > 15
    assert not [secret for secret in secrets if secret in text]
    keys = [key.secret.hex() for key in world.platform.settings.encryption_keys]
    assert not [key for key in keys if key in text]


@pytest.mark.parametrize("path", ["/reset/{}", "/invite/{}/", "/api/v1/data/{}"])
async def test_the_token_of_a_link_is_in_no_line(stream: io.StringIO, world: World, path: str) -> None:
    token = "fhl_" + "aB3-_" * 8 + "xyz"
    await world.client().get(path.format(token), headers={"X-Request-ID": "the-id"})
    line = next(line for line in lines_of(stream) if line.get("request_id") == "the-id")
    assert line["path"] == path.format("fhl_...")
    assert token[4:] not in stream.getvalue()


async def test_no_secret_is_kept_in_the_central_database(world: World) -> None:
    """Hashes are; what could be used by whoever reads a backup is not."""
    secrets = await play_everything(world)
    await world.platform.close()
    kept = b"".join(path.read_bytes() for path in world.platform.settings.data_dir.glob("central.sqlite*"))
    assert not [secret for secret in secrets if secret.encode() in kept]


def test_what_is_called_like_a_secret_is_hidden(stream: io.StringIO) -> None:
    structlog.get_logger().info(
        "event", password="p1", db_password="p2", Authorization="p3", accessToken="p4", name="n"
    )
    text = stream.getvalue()
    assert not [value for value in ("p1", "p2", "p3", "p4") if value in text]
    assert json.loads(text)["name"] == "n"


def test_the_standard_library_s_logs_come_along(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("watch %s", "out")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["logger"]) == ("watch out", "warning", "some.library")


def test_logs_for_a_terminal_are_text() -> None:
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logs("info", "console", written)
        structlog.get_logger().info("request", status=200)
        structlog.get_logger().debug("too much")
    finally:
        structlog.reset_defaults()
        root.handlers[:], root.level = handlers, level
    assert "request" in written.getvalue()
    assert "too much" not in written.getvalue()


def test_a_terminal_shows_ids_as_text() -> None:
    written = io.StringIO()
    configure_logs("info", "console", written)
    tenant_id = uuid4()
    structlog.get_logger("freehold").info("event", tenant=tenant_id)
    structlog.reset_defaults()
    assert f"tenant={tenant_id}" in written.getvalue()
    assert "UUID(" not in written.getvalue()
