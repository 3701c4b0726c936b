"""The version of the registry, which counts its changes: other processes compare it."""

from piccolo.query.mixins import OnConflictAction

from central.errors import RegistryChanged
from central.tables import RegistryVersion

__all__ = ["count_change", "hold_version"]


async def hold_version(version: int) -> None:
    """Let no other transaction change the registry. Raises RegistryChanged if another has.

    It is an UPDATE, since MySQL and MariaDB read rows as of the begin of the transaction otherwise.
    """
    await RegistryVersion.insert(RegistryVersion(id=1, version=0)).on_conflict(
        target=RegistryVersion.id, action=OnConflictAction.do_nothing
    )
    is_it = (RegistryVersion.id == 1) & (RegistryVersion.version == version)
    held = RegistryVersion.update({RegistryVersion.version: RegistryVersion.version + 1}).where(is_it)
    if not await held.returning(RegistryVersion.id):
        raise RegistryChanged


async def count_change() -> None:
    """Count a change, in the current transaction."""
    await RegistryVersion.insert(RegistryVersion(id=1, version=1)).on_conflict(
        target=RegistryVersion.id,
        action=OnConflictAction.do_update,
        values=[(RegistryVersion.version, RegistryVersion.version + 1)],
    )
