"""A mail server on a free port of 127.0.0.1: STARTTLS or TLS, a login, and what it is told to refuse."""

import asyncio
import email
import email.policy
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from central.settings.mail import Encryption, SmtpServer
from tests.support.certificates import Certificates

__all__ = ["MailServer", "running_mail_server"]

USER, PASSWORD = "freehold", "se:cr@t"


@dataclass
class MailServer:
    """What it got, and what it responds.

    :ivar responses: of the next commands, by their names (``RCPT``, ``DATA``); then it accepts.
    """

    responses: dict[str, list[str]] = field(default_factory=dict)
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    logins: int = 0
    connections: int = 0
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0

    def settings(self, encryption: Encryption = "starttls", password: str = PASSWORD) -> SmtpServer:
        return SmtpServer("127.0.0.1", self.port, encryption, USER, password)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        response = self._next("RCPT")
        if response is None:
            envelope.rcpt_tos.append(address)
        return response or "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        response = self._next("DATA")
        if response is None:
            content = cast("bytes", envelope.content)
            self.mails.append(
                cast("EmailMessage", email.message_from_bytes(content, policy=email.policy.default))
            )
            self.senders.append(envelope.mail_from or "")
            self.recipients += envelope.rcpt_tos
            self.encrypted.append(session.ssl is not None)
        return response or "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        self.logins += is_right
        return AuthResult(success=is_right, handled=False)

    def _next(self, command: str) -> str | None:
        left = self.responses.get(command)
        return left.pop(0) if left else None


@asynccontextmanager
async def running_mail_server(
    certificates: Certificates, encryption: Encryption = "starttls"
) -> AsyncIterator[MailServer]:
    """A server that demands a login, and STARTTLS where that is its encryption."""
    box, context = MailServer(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    starttls = encryption == "starttls"
    connections: list[SMTP] = []

    def connected() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of logins without STARTTLS
            one = SMTP(
                box,
                hostname="mail.acme.example",
                tls_context=context if starttls else None,
                require_starttls=starttls,
                authenticator=box.authenticate,
                auth_required=True,
                auth_require_tls=starttls,
            )
        connections.append(one)
        box.connections += 1
        return one

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connected, "127.0.0.1", 0, ssl=context if encryption == "tls" else None)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box
        for one in connections:
            if one.transport is not None:
                one.transport.abort()
            one._handler_coroutine.cancel()
        await asyncio.gather(*(one._handler_coroutine for one in connections), return_exceptions=True)
