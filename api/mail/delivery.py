"""Delivery: what becomes of a mail from the outbox, in the order render, compose, send."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from api.jobs.errors import Postponed, Undeliverable
from api.mail.files import FileTransport
from api.mail.message import LOCAL_SENDER, compose_message, mailbox_of, sent_at
from api.mail.rendering import RenderedMail, Sender, render
from api.mail.smtp import SmtpTransport, tls_context
from central.registry import TenantRef
from central.settings.settings import Settings
from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.mails import MailRequest
from tenant_schema.users.tenant_settings.reader import Presentation

__all__ = ["Delivery"]

_GIVEN_UP_AFTER: Final = timedelta(days=3)


class Delivery:
    """Sends the mails of tenants' outboxes. Without a mail server they are files and lines in the log.

    :param transport: by default that of the settings, created with the first mail.
    :param presentation: how the tenant presents itself, whose database is bound; by default with the name
        that operators gave it.
    """

    def __init__(
        self,
        settings: Settings,
        transport: SmtpTransport | None = None,
        *,
        presentation: Callable[[TenantScope], Awaitable[Presentation]] | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings = settings
        self._presentation = presentation
        self._transport = transport
        self._files = FileTransport(settings.data_dir / "mail")
        self._now = now

    async def send(self, tenant: TenantRef, message_id: UUID, payload: dict[str, Any]) -> None:
        """Send one mail.

        :param payload: a :class:`~tenant_schema.users.mails.MailRequest`.
        :raises Postponed: sending may succeed later.
        :raises Undeliverable: it will not, or not in time: after three days, or when the link has expired.
        """
        request = msgspec.convert(payload, MailRequest)
        if request.link is not None and request.link.expires_at <= self._now():
            raise Undeliverable("The link of the mail has expired.")
        mail = render(request, await self._sender(tenant))
        try:
            await self.post(mail, message_id, request.to.email)
        except Postponed as error:
            if self._now() - sent_at(message_id) > _GIVEN_UP_AFTER:
                raise Undeliverable(error.reason) from error
            raise

    async def _sender(self, tenant: TenantRef) -> Sender:
        scope, host = TenantScope(tenant.id, tenant.slug, tenant.name), tenant.primary_domain
        found = Presentation() if self._presentation is None else await self._presentation(scope)
        site = self._settings.url_of(host)
        return Sender(found.named(scope), host, site, found.language, found.zone_of(""))

    async def post(self, mail: RenderedMail, message_id: UUID, to: str) -> None:
        """Send a mail that is rendered. Raises Postponed and Undeliverable."""
        settings = self._settings
        sender = settings.mail_from or LOCAL_SENDER
        message = compose_message(
            mail, message_id=message_id, to=to, sender=sender, reply_to=settings.mail_reply_to
        )
        if settings.mail_delivery == "file":
            file = self._files.write(message, str(message_id))
            structlog.get_logger("freehold").info(
                "mail", to=to, subject=mail.subject, link=mail.url or None, file=str(file)
            )
            return
        transport = await self._connectable()
        await transport.send(message, sender.address, mailbox_of(to).addr_spec)

    async def _connectable(self) -> SmtpTransport:
        if self._transport is None:
            server = self._settings.smtp_server
            if server is None:
                raise Undeliverable("SMTP_URL is not set, so no mails are sent.")
            self._transport = SmtpTransport(server, await asyncio.to_thread(tls_context, self._settings))
        return self._transport
