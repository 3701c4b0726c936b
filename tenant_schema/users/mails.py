"""Mails: invitations, links and notices, written into the outbox in the transaction that decides them.

A message is data: the name of a template, the recipient and the template's values. The tenant's name, the
host of links and the texts are added when it is sent, see ``api/mail``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Self

import msgspec

from tenant_schema.outbox import Outbox
from tenant_schema.scope import TenantScope

__all__ = [
    "FORGOTTEN",
    "MAIL",
    "MailLink",
    "MailRequest",
    "Mails",
    "PasswordForgotten",
    "Recipient",
    "Template",
]

MAIL: Final = "mail"
"""The kind of a message that is a mail: a :class:`MailRequest`."""
FORGOTTEN: Final = "password-forgotten"
"""The kind of a message that may lead to a mail: a :class:`PasswordForgotten`."""

Template = Literal[
    "invitation",
    "password-reset",
    "password-changed",
    "email-confirmation",
    "email-requested",
    "email-changed",
    "new-browser",
    "factor-removed",
    "domain-failing",
    "domain-lapsed",
    "support-asked",
    "identity-linked",
]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a mail. ``language`` is a language tag (RFC 5646), or empty."""

    email: str
    name: str = ""
    language: str = ""

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Self:
        """The user of a row with the columns ``email``, ``name`` and ``language``."""
        return cls(row["email"], row["name"], row["language"])

    def at(self, email: str) -> "Recipient":
        """The same user at another address."""
        return Recipient(email, self.name, self.language)


@dataclass(frozen=True, slots=True)
class MailLink:
    """A one-time link in a mail. ``purpose`` decides its path."""

    purpose: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class MailRequest:
    """The payload of a mail. ``values`` are the template's own values, as text."""

    template: Template
    to: Recipient
    values: Mapping[str, str] = field(default_factory=dict)
    link: MailLink | None = None


@dataclass(frozen=True, slots=True)
class PasswordForgotten:
    """The payload of a request for a password reset, for an address that may be nobody's."""

    email: str


class Mails:
    """Writes mails into the outbox. Each method sends 2 statements (see :meth:`Outbox.put`) for each mail.

    Call them in the transaction of what they are about.

    :param outbox: None if no mail can be sent: then nothing is written, and no statement sent.
    """

    def __init__(self, outbox: Outbox | None) -> None:
        self._outbox = outbox

    @property
    def can_send(self) -> bool:
        """Whether mails are sent, or written to files."""
        return self._outbox is not None

    async def invitation(self, scope: TenantScope, to: Recipient, link: MailLink) -> None:
        """The link with which an invited user chooses a password."""
        await self._put(scope, MailRequest("invitation", to, link=link))

    async def password_reset(self, scope: TenantScope, to: Recipient, link: MailLink) -> None:
        """The link with which a user chooses a new password."""
        await self._put(scope, MailRequest("password-reset", to, link=link))

    async def password_forgotten(self, scope: TenantScope, email: str) -> None:
        """A request for a password reset, for a normalised address. Whose it is is found when it is sent."""
        if self._outbox is not None:
            await self._outbox.put(scope, FORGOTTEN, msgspec.to_builtins(PasswordForgotten(email)))

    async def password_changed(self, scope: TenantScope, to: Recipient) -> None:
        """The notice that the password was changed."""
        await self._put(scope, MailRequest("password-changed", to))

    async def email_requested(
        self, scope: TenantScope, user: Recipient, new_email: str, link: MailLink
    ) -> None:
        """A user wants another address: the link that confirms it to the new one, a notice to the old one.

        Two mails.
        """
        values = {"email": new_email}
        await self._put(scope, MailRequest("email-confirmation", user.at(new_email), values, link))
        await self._put(scope, MailRequest("email-requested", user, values))

    async def email_changed(self, scope: TenantScope, user: Recipient, new_email: str) -> None:
        """The notice that a user has another address, to the old one (that of ``user``) and the new one.

        Two mails.
        """
        values = {"old": user.email, "email": new_email}
        await self._put(scope, MailRequest("email-changed", user, values))
        await self._put(scope, MailRequest("email-changed", user.at(new_email), values))

    async def new_browser(
        self, scope: TenantScope, to: Recipient, at: datetime, address: str, user_agent: str
    ) -> None:
        """The notice of a sign-in from a browser that the user has not used before.

        :param address: the client's IP address. :param user_agent: its User-Agent header.
        """
        values = {"at": at.isoformat(), "address": address, "browser": user_agent}
        await self._put(scope, MailRequest("new-browser", to, values))

    async def factor_removed(self, scope: TenantScope, to: Recipient, factor: str, at: datetime) -> None:
        """The notice that a second factor was removed.

        :param factor: its name, such as ``iPhone``.
        """
        values = {"factor": factor, "at": at.isoformat()}
        await self._put(scope, MailRequest("factor-removed", to, values))

    async def support_asked(
        self, scope: TenantScope, to: Recipient, operator: str, reason: str, minutes: int
    ) -> None:
        """The notice that an operator asks for support access, to somebody who may grant it."""
        values = {"operator": operator, "reason": reason, "minutes": str(minutes)}
        await self._put(scope, MailRequest("support-asked", to, values))

    async def identity_linked(self, scope: TenantScope, to: Recipient, provider: str, at: datetime) -> None:
        """The notice that an account at an identity provider was linked to the user.

        :param provider: its label.
        """
        values = {"provider": provider, "at": at.isoformat()}
        await self._put(scope, MailRequest("identity-linked", to, values))

    async def domain_failing(self, scope: TenantScope, to: Recipient, domain: str, until: datetime) -> None:
        """The notice that the DNS does not prove a host name any more, which is served for a while."""
        await self._put(scope, MailRequest("domain-failing", to, {"domain": domain, "at": until.isoformat()}))

    async def domain_lapsed(self, scope: TenantScope, to: Recipient, domain: str) -> None:
        """The notice that a host name is not served any more."""
        await self._put(scope, MailRequest("domain-lapsed", to, {"domain": domain}))

    async def _put(self, scope: TenantScope, mail: MailRequest) -> None:
        if self._outbox is not None:
            await self._outbox.put(scope, MAIL, msgspec.to_builtins(mail))
