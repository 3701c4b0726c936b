"""Composes a mail as a message of RFC 5322, with a text and an HTML part."""

from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from uuid import UUID

import idna

from api.jobs.errors import Undeliverable
from api.mail.rendering import RenderedMail
from central.settings.mail import MailAddress

__all__ = ["LOCAL_SENDER", "compose_message", "mailbox_of", "sent_at"]

LOCAL_SENDER: Final = MailAddress("freehold@localhost", "Freehold")
"""The sender of mails that are written to files, unless there is another."""


def compose_message(
    mail: RenderedMail,
    *,
    message_id: UUID,
    to: str,
    sender: MailAddress = LOCAL_SENDER,
    reply_to: MailAddress | None = None,
) -> EmailMessage:
    """Return the message.

    Its Message-ID and Date follow from the id of the outbox's message and the sender's domain, so that a
    mail which is sent again can be recognised. ``Auto-Submitted`` (RFC 3834) keeps autoresponders quiet.

    Raises :class:`~api.jobs.errors.Undeliverable` if ``to`` is not one valid address.
    """
    message = EmailMessage(policy=policy.SMTP)
    message["Message-ID"] = f"<{message_id}@{sender.address.rpartition('@')[2]}>"
    message["Date"] = format_datetime(sent_at(message_id))
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["To"] = mailbox_of(to)
    if reply_to is not None:
        message["Reply-To"] = Address(reply_to.name, addr_spec=reply_to.address)
    message["Subject"] = mail.subject
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = mail.language
    return message


def mailbox_of(email: str) -> Address:
    """Return the address of a header and an envelope, with its domain in A-labels (RFC 5891).

    Raises :class:`~api.jobs.errors.Undeliverable` for what is not one address, and for a local part that is
    not ASCII, which few servers accept (RFC 6531).
    """
    local, _, domain = email.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        return Address(addr_spec=f"{local}@{ascii_domain}")
    except (idna.IDNAError, MessageError, ValueError, IndexError):
        raise Undeliverable("The recipient's address is not one that mail can be sent to.") from None


def sent_at(message_id: UUID) -> datetime:
    """Return when a message was put into the outbox: UUIDv7 begins with it (RFC 9562)."""
    return datetime.fromtimestamp((message_id.int >> 80) / 1000, UTC)
