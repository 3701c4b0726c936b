"""Mails that a real server takes, puts off or refuses, and one that is not there."""

import asyncio
import ssl
from email.message import EmailMessage

import pytest

from api.jobs.errors import MessageNotSent, Postponed, Undeliverable
from api.mail.smtp import SmtpTransport
from central.settings.mail import SmtpServer
from tests.support.certificates import Certificates
from tests.support.mail_server import PASSWORD, MailServer, running_mail_server
from tests.support.processes import free_port


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "no-reply@freehold.example",
        "ada@acme.example",
        "Grüße",
    )
    message.set_content("https://acme.example/reset/fhl_secret\n")
    return message


async def send(transport: SmtpTransport) -> None:
    await transport.send(mail(), "bounces@freehold.example", "ada@acme.example")


async def reason(kind: type[MessageNotSent], transport: SmtpTransport) -> str:
    """Why it is not sent. Neither the mail nor the login is part of it."""
    with pytest.raises(kind) as caught:
        await send(transport)
    assert "fhl_secret" not in caught.value.reason
    assert PASSWORD not in caught.value.reason
    assert caught.value.__cause__ is None
    return caught.value.reason


async def test_a_mail_is_sent_encrypted_and_after_a_login(
    server: MailServer, trusting: ssl.SSLContext
) -> None:
    await send(SmtpTransport(server.settings(), trusting))
    (arrived,) = server.mails
    assert arrived["subject"] == "Grüße"
    assert arrived.get_content().split() == ["https://acme.example/reset/fhl_secret"]
    assert (server.senders, server.recipients) == (["bounces@freehold.example"], ["ada@acme.example"])
    assert (server.encrypted, server.logins) == ([True], 1)


async def test_a_server_that_speaks_tls_from_the_first_byte(
    certificates: Certificates, trusting: ssl.SSLContext
) -> None:
    async with running_mail_server(certificates, "tls") as server:
        await send(SmtpTransport(server.settings("tls"), trusting))
    assert (len(server.mails), server.logins) == (1, 1)


async def test_a_certificate_that_is_not_trusted_gets_no_login(server: MailServer) -> None:
    said = await reason(Postponed, SmtpTransport(server.settings(), ssl.create_default_context()))
    assert "not trusted" in said
    assert server.logins == 0


async def test_a_server_without_starttls_gets_no_login(
    certificates: Certificates, trusting: ssl.SSLContext
) -> None:
    async with running_mail_server(certificates, "none") as server:
        said = await reason(Postponed, SmtpTransport(server.settings(), trusting))
    assert "STARTTLS" in said
    assert server.logins == 0


async def test_smtps_to_a_server_that_does_not_begin_with_tls(
    server: MailServer, trusting: ssl.SSLContext
) -> None:
    address = server.settings()
    transport = SmtpTransport(SmtpServer(address.host, address.port, "tls"), trusting)
    assert "cannot be connected to with TLS" in await reason(Postponed, transport)


async def test_a_login_that_is_refused_is_the_operators_mistake(
    server: MailServer, trusting: ssl.SSLContext
) -> None:
    transport = SmtpTransport(server.settings(password="another"), trusting)
    assert "refuses the login" in await reason(Postponed, transport)
    with pytest.raises(Postponed, match="refuses the login"):
        await transport.check()


async def test_a_server_that_is_busy_gets_the_mail_later(
    server: MailServer, trusting: ssl.SSLContext
) -> None:
    server.responses = {"RCPT": ["450 4.2.1 mailbox busy, fhl_secret"], "DATA": ["451 4.3.0 try again"]}
    transport = SmtpTransport(server.settings(), trusting)
    assert "recipient now (450)" in await reason(Postponed, transport)
    assert "mail now (451)" in await reason(Postponed, transport)
    await send(transport)
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("command", "response"), [("RCPT", "550 5.1.1 no such mailbox"), ("DATA", "554 5.7.1 this is spam")]
)
async def test_what_the_server_refuses_for_good_is_not_sent_again(
    server: MailServer, trusting: ssl.SSLContext, command: str, response: str
) -> None:
    server.responses = {command: [response]}
    said = await reason(Undeliverable, SmtpTransport(server.settings(), trusting))
    assert f"({response[:3]})" in said
    assert server.mails == []


async def test_a_server_that_is_down(trusting: ssl.SSLContext) -> None:
    transport = SmtpTransport(SmtpServer("127.0.0.1", free_port()), trusting)
    assert "cannot be reached" in await reason(Postponed, transport)


async def test_a_server_that_says_nothing(trusting: ssl.SSLContext) -> None:
    gone = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    silent = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        said = await reason(Postponed, SmtpTransport(SmtpServer("127.0.0.1", port), trusting, timeout=0.2))
        await gone.wait()
    assert "does not respond in time" in said


async def test_a_server_that_failed_is_spared_for_some_seconds(
    certificates: Certificates, trusting: ssl.SSLContext
) -> None:
    now = [0.0]
    port = free_port()
    transport = SmtpTransport(SmtpServer("127.0.0.1", port), trusting, clock=lambda: now[0])
    first = await reason(Postponed, transport)
    async with running_mail_server(certificates) as server:
        transport._server = server.settings()
        assert await reason(Postponed, transport) == first
        assert server.connections == 0
        now[0] += 21
        await send(transport)
        assert len(server.mails) == 1


async def test_a_check_sends_nothing(server: MailServer, trusting: ssl.SSLContext) -> None:
    await SmtpTransport(server.settings(), trusting).check()
    assert (server.logins, server.mails) == (1, [])
