"""One-time links: an invitation, or a way back in. Whoever has its token may choose the user's password.

There is no mail sender: the token is given to the administrator who asked for it, and never shown again.
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

__all__ = ["FoundLink", "Link", "LinkPurpose", "find_link", "make_link", "take_link", "withdraw_links"]

_PREFIX: Final = "fhl_"
_SECRET_BYTES: Final = 32


class LinkPurpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 (a purpose, not a password)


_GOOD_FOR: Final = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.PASSWORD_RESET: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A new link; its ``repr`` keeps the token secret."""

    token: str = field(repr=False)
    purpose: LinkPurpose
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link that is good, and whose it is."""

    id: UUID
    purpose: LinkPurpose
    user_id: UUID
    email: str
    name: str


_USER: Final[Any] = (OneTimeLink.user.email, OneTimeLink.user.name, OneTimeLink.user.active)


async def make_link(user_id: UUID, purpose: LinkPurpose, now: datetime) -> Link:
    """A new link for the user; those given out before are worth nothing from now on. 2 statements."""
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
    """Forget the user's links. 1 statement."""
    await OneTimeLink.delete().where(OneTimeLink.user == user_id)


async def find_link(token: str, now: datetime) -> FoundLink:
    """The link with this token, still good. 1 statement. Raises :class:`LinkInvalid`."""
    columns = (OneTimeLink.id, OneTimeLink.purpose, OneTimeLink.user, *_USER)
    is_good = (OneTimeLink.expires_at > now) & OneTimeLink.used_at.is_null()
    row = await OneTimeLink.select(*columns).where((OneTimeLink.token_hash == _hash(token)) & is_good).first()
    if row is None or not row["user.active"]:
        raise LinkInvalid
    return FoundLink(row["id"], LinkPurpose(row["purpose"]), row["user"], row["user.email"], row["user.name"])


async def take_link(link: FoundLink, now: datetime) -> None:
    """Use a link up, in the transaction of what it is used for. 1 statement.

    Of two that come with the same token at once, one gets it. Raises :class:`LinkInvalid`.
    """
    is_unused = (OneTimeLink.id == link.id) & OneTimeLink.used_at.is_null()
    if not await OneTimeLink.update({OneTimeLink.used_at: now}).where(is_unused).returning(OneTimeLink.id):
        raise LinkInvalid


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
