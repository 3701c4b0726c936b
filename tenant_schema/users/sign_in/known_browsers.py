"""The browsers from which a user has signed in, recognised by a cookie of their own."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from piccolo_engines.errors import WritesRefused
from tenant_schema.users.sign_in_tables import KnownBrowser

__all__ = ["DEVICE_KEPT", "remember_browser"]

DEVICE_KEPT: Final = timedelta(days=365)
"""How long a browser is known after its last sign-in."""
_MOST: Final = 50
"""How many browsers are known of a user; those not seen for longest are forgotten."""
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


async def remember_browser(user_id: UUID, device: str, now: datetime) -> tuple[str, bool]:
    """Record a sign-in from a browser. 2 statements, 4 or 5 for a browser that is new to the user.

    :param device: the secret of the browser's cookie, of any user of the tenant; '' if it has none.

    Returns the secret to keep, which is a new one for a browser without a valid one, and whether the browser
    is new to the user. In a read-only tenant no browser becomes known: it is new at the next sign-in.
    """
    if not _SHAPE.fullmatch(device):
        device = secrets.token_urlsafe(32)
    try:
        return device, await _remember(user_id, device, now)
    except WritesRefused:
        return device, False


async def _remember(user_id: UUID, device: str, now: datetime) -> bool:
    digest = hashlib.sha256(device.encode()).hexdigest()
    is_this = (KnownBrowser.user == user_id) & (KnownBrowser.device_hash == digest)
    row = await KnownBrowser.select(KnownBrowser.last_seen_at).where(is_this).first()
    if row is None:
        await _forget_old(user_id, now)
        browser = KnownBrowser(user=user_id, device_hash=digest, last_seen_at=now)
        await KnownBrowser.insert(browser).on_conflict(
            target=(KnownBrowser.user, KnownBrowser.device_hash),
            action="DO UPDATE",
            values=[(KnownBrowser.last_seen_at, now)],
        )
        return True
    await KnownBrowser.update({KnownBrowser.last_seen_at: now}).where(is_this)
    return bool(row["last_seen_at"] < now - DEVICE_KEPT)


async def _forget_old(user_id: UUID, now: datetime) -> None:
    """Delete what is too old, and the oldest of too many. 2 or 3 statements."""
    table, its = KnownBrowser, KnownBrowser.user == user_id
    await table.delete().where(its & (table.last_seen_at < now - DEVICE_KEPT))
    newest_first = table.select(table.last_seen_at).where(its).order_by(table.last_seen_at, ascending=False)
    if too_many := await newest_first.offset(_MOST - 1).limit(1):
        await table.delete().where(its & (table.last_seen_at <= too_many[0]["last_seen_at"]))
