"""The sealed columns of a tenant's database, when the encryption key is replaced."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from piccolo.columns import Column

from tenant_schema.outbox import OutboxMessage
from tenant_schema.users.sign_in_tables import Factor, IdentityProvider

__all__ = ["SEALED", "reseal_secrets"]

SEALED: Final = (IdentityProvider.client_secret, Factor.secret, OutboxMessage.payload)
"""Challenges are left out: they expire sooner than access tokens, for which a rotation has to wait."""
_PAGE: Final = 200


async def reseal_secrets(reseal: Callable[[str], str]) -> int:
    """Seal the secrets of the bound tenant with the current key. Returns how many were sealed with another.

    1 statement for each 200 secrets, 1 for each that changes. A value that was written meanwhile is kept: it
    is sealed with the current key.

    :param reseal: returns a sealed text, sealed with the current key; raises if it cannot be opened.
    """
    return sum([await _reseal_column(column, reseal) for column in SEALED])


async def _reseal_column(column: Column, reseal: Callable[[str], str]) -> int:
    table: Any = column._meta.table
    number, after = 0, UUID(int=0)
    while True:
        query = table.select(table.id, column).where((column != "") & (table.id > after))
        rows = await query.order_by(table.id).limit(_PAGE)
        for row in rows:
            before, after = row[column._meta.name], row["id"]
            sealed = reseal(before)
            if sealed != before:
                await table.update({column: sealed}).where((table.id == after) & (column == before))
                number += 1
        if len(rows) < _PAGE:
            return number
