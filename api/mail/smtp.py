"""Gives mails to the mail server of ``SMTP_URL``, and says of a failure whether trying again may help.

A refusal with a code 5xx is final, of this recipient or this message. Everything else may be over later: 4xx,
a server that cannot be reached, does not respond in time, does not offer STARTTLS or has a certificate that
is not trusted, and a login that it refuses, which is the operators' mistake.
"""

import asyncio
import math
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from typing import Final

import aiosmtplib

from api.jobs.errors import MessageNotSent, Postponed, Undeliverable
from central.settings.mail import SmtpServer
from central.settings.settings import Settings

__all__ = ["SmtpTransport", "tls_context"]

_STEP: Final = 15.0
"""Seconds that the server may take for one response."""
_ALL: Final = 60.0
"""Seconds that one mail may take."""
_GOODBYE: Final = 2.0
"""Seconds that the end of a connection may take."""
_PAUSE: Final = 20.0
"""Seconds without an attempt after the server failed."""
_FINAL: Final = 500
_AUTHENTICATION: Final = frozenset({530, 534, 535, 538})
"""Codes that concern the login and not the mail (RFC 4954)."""


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Return a context that verifies the server's certificate. Blocks while it reads certificates."""
    return ssl.create_default_context(cafile=settings.smtp_tls_ca and str(settings.smtp_tls_ca))


class SmtpTransport:
    """Sends mails to one server, each with a connection of its own.

    After a failure of the server, mails are postponed for some seconds without another attempt: a server that
    does not respond would keep each of them waiting, and the other work of the process with them.

    :param context: for STARTTLS and TLS.
    :param timeout: seconds for one mail.
    :param clock: returns monotonic time in seconds.
    """

    def __init__(
        self,
        server: SmtpServer,
        context: ssl.SSLContext,
        timeout: float = _ALL,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._context = context
        self._timeout = timeout
        self._clock = clock
        self._spared_until = -math.inf
        self._failure = ""

    async def send(self, message: EmailMessage, sender: str, to: str) -> None:
        """Send a mail to one recipient, as an envelope has them.

        Raises :class:`~api.jobs.errors.Postponed` or :class:`~api.jobs.errors.Undeliverable`.
        """
        if self._clock() < self._spared_until:
            raise Postponed(self._failure)
        async with self._connected() as client:
            await client.send_message(message, sender=sender, recipients=[to])

    async def check(self) -> None:
        """Connect and log in, without sending anything. Raises :class:`~api.jobs.errors.Postponed`."""
        async with self._connected() as client:
            await client.noop()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Connect, encrypt and log in; errors of the block are converted."""
        client = self._client()
        try:
            async with asyncio.timeout(self._timeout):
                await client.connect()
                yield client
            await _say_goodbye(client)  # the mail has been accepted: no error of this is one of the mail
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0], "recipient") from None
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            raise _refusal(error, "mail") from None
        except (aiosmtplib.SMTPException, OSError) as error:  # TimeoutError and SSLError are OSErrors
            self._failure, self._spared_until = self._reason(error), self._clock() + _PAUSE
            raise Postponed(self._failure) from None
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.encryption == "tls",
            start_tls=server.encryption == "starttls",
            tls_context=self._context,
            timeout=min(_STEP, self._timeout),
        )

    def _reason(self, error: Exception) -> str:
        where = f"The mail server {self._server.host}:{self._server.port}"
        if isinstance(error.__cause__, ssl.SSLError):  # of a connection that begins with TLS
            error = error.__cause__
        match error:
            case ssl.SSLCertVerificationError():
                return f"{where} has a certificate that is not trusted: {error.verify_message}."
            case ssl.SSLError():
                return f"{where} cannot be connected to with TLS. smtp:// is for STARTTLS, smtps:// for TLS."
            case aiosmtplib.SMTPAuthenticationError():
                return f"{where} refuses the login of SMTP_URL ({error.code})."
            case aiosmtplib.SMTPResponseException():
                return f"{where} refuses the connection ({error.code})."
            case TimeoutError():
                return f"{where} does not respond in time."
            case aiosmtplib.SMTPServerDisconnected():
                return f"{where} closed the connection."
            case OSError():
                return f"{where} cannot be reached."
        return f"{where} does not offer what SMTP_URL needs, such as STARTTLS or a way to log in."


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    with suppress(aiosmtplib.SMTPException, TimeoutError):
        async with asyncio.timeout(_GOODBYE):
            await client.quit()


def _refusal(error: aiosmtplib.SMTPResponseException, what: str) -> MessageNotSent:
    """Return what the code of a response means. The text may repeat the mail, so that only the code is kept.

    Codes from 500 on are final (RFC 5321, section 4.2.1).
    """
    if error.code in _AUTHENTICATION:
        return Postponed(f"The mail server demands another login ({error.code}).")
    if error.code >= _FINAL:
        return Undeliverable(f"The mail server refuses the {what} ({error.code}).")
    return Postponed(f"The mail server cannot take the {what} now ({error.code}).")
