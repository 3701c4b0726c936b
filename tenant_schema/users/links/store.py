"""One-time links as rows. Whoever has the token of a link may choose its user's password.

There is no mail sender: the token is returned to the administrator who requested it, and not stored.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from tenant_schema.users.errors import LinkInvalid
from tenant_schema.users.tables import OneTimeLink

__all__ = ["FoundLink", "Link", "LinkPurpose", "create_link", "find_link", "take_link", "withdraw_links"]

_PREFIX: Final = "fhl_"
_SECRET_BYTES: Final = 32


class LinkPurpose(StrEnum):
    """The purpose of a link."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 (a purpose, not a password)


_GOOD_FOR: Final = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.PASSWORD_RESET: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A new link. Its ``repr`` does not show the token."""

    token: str = field(repr=False)
    purpose: LinkPurpose
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A valid link and its user."""

    id: UUID
    purpose: LinkPurpose
    user_id: UUID
    email: str
    name: str


_USER: Final[Any] = (OneTimeLink.user.email, OneTimeLink.user.name, OneTimeLink.user.active)


async def create_link(user_id: UUID, purpose: LinkPurpose, now: datetime) -> Link:
    """Create a link for the user; earlier links of the user become invalid. 2 statements."""
    await withdraw_links(user_id)
    link = Link(f"{_PREFIX}{secrets.token_urlsafe(_SECRET_BYTES)}", purpose, now + _GOOD_FOR[purpose])
    await OneTimeLink.insert(
        OneTimeLink(
            user=user_id,
            purpose=purpose.value,
            token_hash=_hash(link.token),
            expires_at=link.expires_at,
        )
    )
    return link


async def withdraw_links(user_id: UUID) -> None:
    """Delete the user's links. 1 statement."""
    await OneTimeLink.delete().where(OneTimeLink.user == user_id)


async def find_link(token: str, now: datetime) -> FoundLink:
    """Return the valid link with this token. 1 statement. Raises :class:`LinkInvalid`."""
    columns = (OneTimeLink.id, OneTimeLink.purpose, OneTimeLink.user, *_USER)
    is_good = (OneTimeLink.expires_at > now) & OneTimeLink.used_at.is_null()
    is_good &= OneTimeLink.purpose.is_in([purpose.value for purpose in LinkPurpose])  # others are no links
    row = await OneTimeLink.select(*columns).where((OneTimeLink.token_hash == _hash(token)) & is_good).first()
    if row is None or not row["user.active"]:
        raise LinkInvalid
    return FoundLink(row["id"], LinkPurpose(row["purpose"]), row["user"], row["user.email"], row["user.name"])


async def take_link(link: FoundLink, now: datetime) -> None:
    """Mark the link as used, in the transaction of what it is used for. 1 statement.

    Of two concurrent requests with the same token, one succeeds. Raises :class:`LinkInvalid` for the other.
    """
    is_unused = (OneTimeLink.id == link.id) & OneTimeLink.used_at.is_null()
    if not await OneTimeLink.update({OneTimeLink.used_at: now}).where(is_unused).returning(OneTimeLink.id):
        raise LinkInvalid


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
