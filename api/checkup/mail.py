"""Checks whether mails can be sent: a sender, and a mail server that responds and accepts the login."""

import asyncio

from api.checkup.finding import Finding, error, fine, warning
from api.jobs.errors import Postponed
from api.mail.smtp import SmtpTransport, tls_context
from central.settings.settings import Settings

__all__ = ["check_mail"]

_ABOUT = "mail"
_SECONDS = 15.0


async def check_mail(settings: Settings, seconds: float = _SECONDS) -> list[Finding]:
    """Connect to the mail server and log in, within some seconds. Nothing is sent."""
    server = settings.smtp_server
    if server is None:
        return [_without_server(settings)]
    found = []
    if server.encryption == "none" and server.host not in ("127.0.0.1", "localhost", "::1"):
        message = f"The connection to {server.host} is not encrypted."
        found.append(warning(_ABOUT, message, "Remove starttls=off from SMTP_URL."))
    try:
        context = await asyncio.to_thread(tls_context, settings)
        await SmtpTransport(server, context, seconds).check()
    except OSError:
        message = f"{settings.smtp_tls_ca} is not the file of a certificate authority."
        return [*found, error("SMTP_TLS_CA", message, "Set it to one, or unset it.")]
    except Postponed as problem:
        return [*found, error(_ABOUT, problem.reason, "Check SMTP_URL and its server.")]
    return [*found, fine(_ABOUT, f"{server.host}:{server.port} responds and accepts the login.")]


def _without_server(settings: Settings) -> Finding:
    if settings.local:
        return fine(_ABOUT, f"Mails are written to {settings.data_dir / 'mail'}.")
    message = "No mails can be sent: invitations and new passwords have to be passed on by hand."
    return warning(_ABOUT, message, "Set SMTP_URL and MAIL_FROM.")
