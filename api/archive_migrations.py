"""ArchiveMigrations: the migrations of a database that is loaded from an archive."""

from dataclasses import dataclass, field
from typing import Any

from piccolo.engine.base import Engine

from central.migrations.level import LevelAge
from central.migrations.migrator import Migrator
from central.migrations.names import MigrationName
from central.migrations.recorded import MigrationsUnknown
from tenant_schema.archives.contents.errors import ContentsUnknown
from tenant_schema.archives.format.lines import Manifest
from tenant_schema.objects.changes.missing_indexes import ensure_searches
from tenant_schema.objects.changes.missing_sort_keys import ensure_sort_keys
from tenant_schema.standard.seed import seed_standard_objects
from tenant_schema.users.seed import seed_permissions

__all__ = ["ArchiveMigrations"]


@dataclass(slots=True)
class ArchiveMigrations:
    """What :meth:`~tenant_schema.archives.service.TenantArchives.load` migrates one database with.

    The caller binds the engine. Called with the manifest it runs the migrations that the archive's database
    had, and without one the rest of them; then it adds what this version has and an earlier one has not, as
    an upgrade does.

    :ivar at_its_level: only run those that the archive's database had: it is put back as it was.
    """

    migrator: Migrator
    engine: Engine[Any]
    at_its_level: bool = False
    _level: str = field(default="", init=False)

    async def __call__(self, manifest: Manifest | None) -> None:
        """See the class. Raises ``ContentsUnknown``, and what the migrator raises."""
        if manifest is not None:
            self._level = manifest.level
            await self._create(manifest)
            return
        if self.at_its_level:
            return
        await self.migrator.migrate(self.engine)
        if self.migrator.level.age_of(self._level) is not LevelAge.CURRENT:
            await seed_permissions(await seed_standard_objects())
            await ensure_searches()
            await ensure_sort_keys(served=False)

    async def _create(self, manifest: Manifest) -> None:
        names = {MigrationName(one.app, name) for one in manifest.migrations for name in one.names}
        try:
            await self.migrator.create(self.engine, only=names)
        except MigrationsUnknown as error:
            first = error.unknown[0]
            raise ContentsUnknown(
                f"The archive was written by Freehold {manifest.product}, with the migration {first.id} of "
                f"the app {first.app!r}, which this version does not have. Use one that is not older."
            ) from error
