"""The preferences service: small JSON values that a frontend keeps for the caller, by its own keys."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.users.errors import NotThere, TooManyPreferences
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.settings_tables import UserPreference

__all__ = ["LONGEST_VALUE", "MOST_PREFERENCES", "Preferences", "is_key"]

MOST_PREFERENCES: Final = 100
"""Of one user."""
LONGEST_VALUE: Final = 8 * 1024
"""Bytes of a value as JSON."""
_KEY: Final = re.compile(r"[a-z][a-zA-Z0-9._-]{0,59}")


def is_key(text: str) -> bool:
    """Whether a preference may have this key.

    >>> is_key("list.density"), is_key("List"), is_key("")
    (True, False, False)
    """
    return _KEY.fullmatch(text) is not None


def _require_key(text: str) -> None:
    if not is_key(text):
        raise NotThere("preference")


class Preferences:
    """The caller's preferences in the bound tenant. They are nobody else's, administrators included.

    They are deleted with the user. An API key has those of its user.
    """

    async def all(self, access: Access) -> Mapping[str, msgspec.Raw]:
        """Return all values as JSON by key. 1 statement."""
        table = UserPreference
        query = table.select(table.key, table.value).where(table.user == access.user_id)
        return {row["key"]: msgspec.Raw(row["value"].encode()) for row in await query.order_by(table.key)}

    async def put(self, access: Access, key: str, value: object) -> None:
        """Set one value. 2 statements. Raises NotThere for what is no key, InvalidInput for a value that is
        too long, TooManyPreferences.
        """
        _require_key(key)
        text = msgspec.json.encode(value).decode()
        if len(text.encode()) > LONGEST_VALUE:
            message = f"Must have at most {LONGEST_VALUE:,} bytes as JSON."
            raise InvalidInput([Problem("value", "too-long", message)])
        table = UserPreference
        async with DB.transaction():
            rows = await table.select(table.key).where(table.user == access.user_id)
            if len(rows) >= MOST_PREFERENCES and key not in {row["key"] for row in rows}:
                raise TooManyPreferences(MOST_PREFERENCES)
            await table.insert(table(user=access.user_id, key=key, value=text)).on_conflict(
                target=(table.user, table.key),
                action="DO UPDATE",
                values=[table.value, (table.updated_at, utc_now())],
            )

    async def delete(self, access: Access, key: str) -> None:
        """Remove one, if it is there. 1 statement. Raises NotThere for what is no key."""
        _require_key(key)
        table = UserPreference
        await table.delete().where((table.user == access.user_id) & (table.key == key))
