"""One-time links as rows: whoever has the token of a link may do once what its purpose says, for its user.

The token is part of the link that is mailed to the user and returned to the administrator who requested it;
a hash of it is stored.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from piccolo.custom_types import Combinable

from tenant_schema.users.errors import LinkInvalid
from tenant_schema.users.mails import MailLink
from tenant_schema.users.tables import OneTimeLink

__all__ = [
    "FOR_PASSWORDS",
    "MAILED",
    "FoundLink",
    "Link",
    "LinkPurpose",
    "create_link",
    "find_link",
    "take_link",
    "withdraw_links",
]

_PREFIX: Final = "fhl_"
_SECRET_BYTES: Final = 32


class LinkPurpose(StrEnum):
    """The purpose of a link."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 (a purpose, not a password)
    EMAIL_CHANGE = "email-change"


FOR_PASSWORDS: Final = frozenset({LinkPurpose.INVITATION, LinkPurpose.PASSWORD_RESET})
"""The links with which a user chooses a password."""
MAILED: Final = FOR_PASSWORDS | {LinkPurpose.EMAIL_CHANGE}
"""The links that are sent by mail."""

_GOOD_FOR: Final = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.PASSWORD_RESET: timedelta(hours=1),
    LinkPurpose.EMAIL_CHANGE: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A new link. Its ``repr`` does not show the token."""

    token: str = field(repr=False)
    purpose: LinkPurpose
    expires_at: datetime

    @property
    def in_mail(self) -> MailLink:
        """The link as a mail has it."""
        return MailLink(self.purpose.value, self.token, self.expires_at)


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A valid link and its user. ``new_email`` is the address that a link for its confirmation is for."""

    id: UUID
    purpose: LinkPurpose
    user_id: UUID
    email: str
    name: str
    language: str
    new_email: str
    expires_at: datetime


_COLUMNS: Final[Any] = (
    OneTimeLink.id,
    OneTimeLink.purpose,
    OneTimeLink.user,
    OneTimeLink.user.email,
    OneTimeLink.user.name,
    OneTimeLink.user.language,
    OneTimeLink.user.active,
    OneTimeLink.email,
    OneTimeLink.expires_at,
)


async def create_link(user_id: UUID, purpose: LinkPurpose, now: datetime, new_email: str = "") -> Link:
    """Create a link for the user; earlier ones with the same purpose become invalid. 2 statements."""
    await withdraw_links(user_id, {purpose})
    link = Link(f"{_PREFIX}{secrets.token_urlsafe(_SECRET_BYTES)}", purpose, now + _GOOD_FOR[purpose])
    await OneTimeLink.insert(
        OneTimeLink(
            user=user_id,
            purpose=purpose.value,
            token_hash=_hash(link.token),
            expires_at=link.expires_at,
            email=new_email,
        )
    )
    return link


async def withdraw_links(user_id: UUID, purposes: Collection[LinkPurpose] | None = None) -> None:
    """Delete the user's links with these purposes; without any, all of them and the tickets. 1 statement.

    Whoever may have known the old password may have requested any of them: also a new address, whose link
    would take the account away from its owner, who has just chosen another password.
    """
    which: Combinable = OneTimeLink.user == user_id
    if purposes is not None:
        which = which & OneTimeLink.purpose.is_in([purpose.value for purpose in purposes])
    await OneTimeLink.delete().where(which)


async def find_link(token: str, now: datetime, purposes: Collection[LinkPurpose]) -> FoundLink:
    """Return the valid link with this token and one of the purposes. 1 statement.

    Raises :class:`LinkInvalid`, for links of users who are not active too.
    """
    is_it = (OneTimeLink.token_hash == _hash(token)) & OneTimeLink.used_at.is_null()
    row = await OneTimeLink.select(*_COLUMNS).where(is_it & (OneTimeLink.expires_at > now)).first()
    if row is None or not row["user.active"] or row["purpose"] not in purposes:
        raise LinkInvalid
    return FoundLink(
        row["id"],
        LinkPurpose(row["purpose"]),
        row["user"],
        row["user.email"],
        row["user.name"],
        row["user.language"],
        row["email"],
        row["expires_at"],
    )


async def take_link(link: FoundLink, now: datetime) -> None:
    """Mark the link as used, in the transaction of what it is used for. 1 statement.

    Of two concurrent requests with the same token, one succeeds. Raises :class:`LinkInvalid` for the other.
    """
    is_unused = (OneTimeLink.id == link.id) & OneTimeLink.used_at.is_null()
    if not await OneTimeLink.update({OneTimeLink.used_at: now}).where(is_unused).returning(OneTimeLink.id):
        raise LinkInvalid


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
