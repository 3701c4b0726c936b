"""The search indexes of standard objects: their tables come from migrations, which know no searches."""

from tenant_schema.objects.catalog import load_rows
from tenant_schema.objects.changes.deciding import dialect_of_bound
from tenant_schema.objects.changes.definitions import Definitions
from tenant_schema.objects.changes.operations import AddSearch
from tenant_schema.objects.tables import ObjectDefinition

__all__ = ["ensure_searches"]

_WAIT = 30.0


async def ensure_searches() -> None:
    """Make the search index of every standard object of the bound tenant that has none.

    What was begun by a process that died is found missing, and made. One statement when there is no standard
    object, some for each otherwise.
    """
    if not await ObjectDefinition.exists().where(ObjectDefinition.standard.eq(True)):
        return
    dialect = dialect_of_bound()
    async with dialect.exclusive(_WAIT):
        definitions = Definitions(await load_rows())
        for row, _ in definitions.rows:
            wanted = definitions.shape(row["name"]) if row["standard"] else None
            actual = await dialect.read(wanted.name) if wanted is not None and wanted.search else None
            if wanted is not None and actual is not None and not actual.search:
                await dialect.apply(AddSearch(wanted.name, wanted.search))
