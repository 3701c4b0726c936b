"""follow and rebuild: bring entries of the directory in line with the accounts of a tenant.

Both may run at any time, in several processes, and after a crash: what they write is what the tenant's
database says, and they look again after they have written. Of two that write for one address, the one that
writes last has looked last.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from central.directory.service import MOST_AT_ONCE, Directory, Entry
from central.errors import DirectoryUnsettled

__all__ = ["Accounts", "Rebuilt", "follow", "rebuild"]

Accounts = Callable[[Collection[str]], Awaitable[Collection[str]]]
"""Returns those of the given addresses that have an active account in the tenant at this moment."""

_ATTEMPTS: Final = 10


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild has found: accounts without an entry, and entries without an account."""

    accounts: int
    added: int
    removed: int


async def follow(
    directory: Directory, tenant_id: UUID, addresses: Collection[str], accounts: Accounts
) -> None:
    """Make the entries of these addresses what the tenant's accounts are.

    Looks again after each time that it has written, until nothing has changed in between: 2 statements in the
    tenant's database, 1 or 2 in the central one. Raises :class:`~central.errors.DirectoryUnsettled` if the
    accounts do not stop changing.
    """
    found = frozenset(await accounts(addresses))
    for _ in range(_ATTEMPTS):
        await directory.write(tenant_id, found, frozenset(addresses) - found)
        now = frozenset(await accounts(addresses))
        if now == found:
            return
        found = now
    raise DirectoryUnsettled


async def rebuild(
    directory: Directory, tenant_id: UUID, pages: AsyncIterator[Sequence[str]], accounts: Accounts
) -> Rebuilt:
    """Compare the entries of a tenant with its accounts, and correct the differences.

    Entries that are right are left alone, so that nobody is missing meanwhile.

    :param pages: the addresses of all active accounts, in pages of any length.
    """
    surplus = await _entries(directory, tenant_id)
    total = added = 0
    async for page in pages:
        total += len(page)
        missing = []
        for address in page:
            fingerprint = directory.hashes.current(address, tenant_id).fingerprint
            if surplus.pop(fingerprint, None) is None:
                missing.append(address)
        for start in range(0, len(missing), MOST_AT_ONCE):
            portion = missing[start : start + MOST_AT_ONCE]
            await follow(directory, tenant_id, portion, accounts)
            for address in portion:  # written just now: entries of earlier keys are gone
                for old in directory.hashes.outdated(address, tenant_id):
                    surplus.pop(old.fingerprint, None)
        added += len(missing)
    await directory.remove(list(surplus.values()))
    return Rebuilt(total, added, len(surplus))


async def _entries(directory: Directory, tenant_id: UUID) -> dict[str, Entry]:
    """Return the tenant's entries by fingerprint."""
    found: dict[str, Entry] = {}
    after = None
    while page := await directory.entries(tenant_id, after):
        found |= {one.fingerprint: one for one in page}
        after = page[-1].id
    return found
