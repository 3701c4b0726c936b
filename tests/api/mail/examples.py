"""One mail of each template."""

from datetime import UTC, datetime
from typing import get_args

from api.mail.rendering import Sender
from tenant_schema.users.mails import MailLink, MailRequest, Recipient, Template

__all__ = ["ACME", "EXAMPLES", "LINK", "TEMPLATES", "example"]

TEMPLATES: tuple[Template, ...] = get_args(Template)
ACME = Sender("Acme Corporation", "acme.localhost", "http://acme.localhost:8123")
LINK = MailLink("password-reset", "fhl_token", datetime(2026, 3, 1, 10, 30, tzinfo=UTC))
VALUES = {
    "email": "ada@new.example",
    "old": "ada@acme.example",
    "at": "2026-03-01T09:00:00+00:00",
    "address": "203.0.113.7",
    "browser": "Mozilla/5.0 (X11; Linux)",
    "factor": "iPhone",
    "operator": "grace",
    "reason": "Ticket 4711",
    "minutes": "30",
    "provider": "Company account",
    "domain": "shop.acme.example",
}
_PURPOSES = {
    "invitation": "invitation",
    "password-reset": "password-reset",
    "email-confirmation": "email-change",
}


def example(template: Template, name: str = "Ada", language: str = "", **values: str) -> MailRequest:
    """A mail of this template, as it is put into the outbox."""
    purpose = _PURPOSES.get(template)
    link = None if purpose is None else MailLink(purpose, LINK.token, LINK.expires_at)
    return MailRequest(template, Recipient("ada@acme.example", name, language), VALUES | values, link)


EXAMPLES = {template: example(template) for template in TEMPLATES}
