"""Mails from the request that decides them, through the outbox and the jobs, to the mail server or a file."""

import email
import email.policy
import re
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial
from typing import Any, cast

import pytest

from central.settings.mail import MailAddress
from piccolo_engines.columns import utc_now
from tenant_schema.outbox import OutboxMessage
from tests.api.conftest import ON_SQLITE, World
from tests.support.certificates import Certificates
from tests.support.mail_server import MailServer

SENDER = MailAddress("no-reply@example.com", "Freehold")


async def invite(world: World, address: str = "grace@acme.example") -> dict[str, Any]:
    response = await (await world.user()).post("/api/v1/users", json={"email": address})
    invitation: dict[str, Any] = response.json()["invitation"]
    return invitation


async def waiting(world: World) -> list[dict[str, Any]]:
    """The messages of acme's outbox."""
    async with world.platform.tenancy.use(await world.tenant("acme")):
        return await OutboxMessage.select()


async def make_due(world: World) -> None:
    """Let the time pass for which messages were postponed."""
    async with world.platform.tenancy.use(await world.tenant("acme")):
        await OutboxMessage.update({OutboxMessage.due_at: utc_now()}, force=True)


def written(world: World) -> list[EmailMessage]:
    """The mails in the files of local mode."""
    folder = world.platform.settings.data_dir / "mail"
    parse = partial(email.message_from_bytes, policy=email.policy.default)
    return [cast("EmailMessage", parse(one.read_bytes())) for one in sorted(folder.iterdir())]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def sending(
    world_with: Callable[..., Any], server: MailServer, certificates: Certificates
) -> Callable[..., Any]:
    """A world that sends mails."""

    def make(**changes: Any) -> Any:
        given = {
            "smtp_server": server.settings(),
            "smtp_tls_ca": certificates.authority,
            "mail_from": SENDER,
            **changes,
        }
        return world_with(**given)

    return make


@ON_SQLITE
async def test_an_invitation_arrives_and_its_link_works(
    sending: Callable[..., Any], server: MailServer
) -> None:
    async with sending() as world:
        invitation = await invite(world)
        assert (invitation["delivery"], server.mails) == ("mail", [])
        await world.run_jobs()
        (mail,) = server.mails
        assert (mail["to"], server.recipients) == ("grace@acme.example", ["grace@acme.example"])
        assert invitation["link"] in text_of(mail)
        assert await waiting(world) == []
        body = {"token": invitation["token"], "password": "staple battery horse"}
        assert (await world.client().post("/api/v1/auth/accept", json=body)).status_code == 200


@ON_SQLITE
async def test_a_server_that_is_busy_gets_the_mail_at_the_next_attempt(
    sending: Callable[..., Any], server: MailServer
) -> None:
    server.responses = {"RCPT": ["451 4.3.0 later"]}
    async with sending() as world:
        await invite(world)
        await world.run_jobs()
        (message,) = await waiting(world)
        assert (message["attempts"], message["failed_at"], server.mails) == (1, None, [])
        assert "(451)" in message["error"]
        await make_due(world)
        await world.run_jobs()
        assert (len(server.mails), await waiting(world)) == (1, [])


@ON_SQLITE
async def test_a_recipient_that_is_refused_fails_and_the_others_get_theirs(
    sending: Callable[..., Any], server: MailServer
) -> None:
    server.responses = {"RCPT": ["550 5.1.1 no such mailbox: grace@acme.example"]}
    async with sending() as world:
        await invite(world)
        await world.run_jobs()
        await invite(world, "eve@acme.example")
        await world.run_jobs()
        (message,) = await waiting(world)
        assert message["failed_at"] is not None
        assert "grace" not in message["error"]
        assert server.recipients == ["eve@acme.example"]


@ON_SQLITE
async def test_a_server_that_is_down_delays_no_request(sending: Callable[..., Any]) -> None:
    down = MailServer(port=1).settings()
    async with sending(smtp_server=down) as world:
        assert (await invite(world))["delivery"] == "mail"
        await world.run_jobs()
        (message,) = await waiting(world)
        assert (message["failed_at"], "cannot be reached" in message["error"]) == (None, True)


async def test_in_local_mode_a_forgotten_password_leads_to_a_file_with_a_link(
    world_with: Callable[..., Any],
) -> None:
    async with world_with(local=True, port=8123) as world:
        await world.client().post("/api/v1/auth/forgot", json={"email": "member@acme.example"})
        await world.client().post("/api/v1/auth/forgot", json={"email": "nobody@acme.example"})
        await world.run_jobs()
        await world.run_jobs()  # the request has put its mail into the outbox
        (mail,) = written(world)
        assert mail["to"] == "member@acme.example"
        found = re.search(r"http://acme\.localhost:8123/reset/(\S+)", text_of(mail))
        assert found is not None
        body = {"token": found[1], "password": "staple battery horse"}
        assert (await world.client().post("/api/v1/auth/accept", json=body)).status_code == 200


@ON_SQLITE
async def test_a_sign_in_from_another_browser_and_a_removed_factor_are_mailed(
    world_with: Callable[..., Any],
) -> None:
    async with world_with(local=True) as world:
        credentials = {"email": "member@acme.example", "password": "correct horse battery"}
        headers = {"Origin": "http://acme.localhost", "User-Agent": "A browser\tof tests"}
        for _ in range(2):
            response = await world.client().post("/api/v1/auth/session", json=credentials, headers=headers)
            assert response.status_code == 200, response.text
        await world.run_jobs()
        mails = written(world)
        assert [one["subject"] for one in mails] == ["A new sign-in to Acme Corporation"]
        assert "Browser: A browser of tests" in text_of(mails[0]).replace("\r\n", "\n")
