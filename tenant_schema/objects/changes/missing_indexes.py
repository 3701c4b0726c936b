"""Creates search indexes that no change has created: those of standard objects, whose tables are created by
migrations, and tables of words that replace FULLTEXT indexes of earlier versions.
"""

from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.definitions import Definitions
from tenant_schema.objects.changes.decide.dialect import Dialect
from tenant_schema.objects.changes.decide.diff import NOTICED
from tenant_schema.objects.changes.decide.operations import AddSearch, DropOldSearch, FillSearch
from tenant_schema.objects.changes.decide.shapes import TableShape
from tenant_schema.objects.model.row_store import load_rows
from tenant_schema.objects.model.search_index import OLD_INDEX
from tenant_schema.objects.tables import ObjectDefinition
from tenant_schema.tenant_cache import DEFINITIONS, bump

__all__ = ["ensure_searches"]

_WAIT = 30.0


async def ensure_searches() -> None:
    """Create the missing search indexes of the bound tenant's objects, and complete those that lack records.
    The tenant may be served at the same time.

    It can be repeated after a crash. 1 statement if there is no object, otherwise several for each.
    """
    if not await ObjectDefinition.exists():
        return
    dialect = dialect_of_bound()
    async with dialect.exclusive(_WAIT):
        definitions = Definitions(await load_rows())
        wanted = [definitions.shape(row.name) for row, _ in definitions.rows]
        made, old = False, list[tuple[TableShape, str]]()
        for shape in wanted:
            actual = await dialect.read(shape.name)
            if actual is not None and shape.search:
                made |= await _ensure(shape, actual, dialect)
                old += [(shape, one) for one in actual.fulltext if OLD_INDEX.fullmatch(one)]
        if made or old:
            await bump(DEFINITIONS)
        await dialect.keep()
        await _replace(old, dialect)


async def _ensure(shape: TableShape, actual: TableShape, dialect: Dialect) -> bool:
    """Create or complete the index. Returns whether it was missing."""
    table, columns = shape.name, shape.search
    is_missing = actual.search != columns
    if is_missing:
        await dialect.apply(AddSearch(table, columns))
    if dialect.search_apart:
        await dialect.apply(FillSearch(table, columns))
    return is_missing


async def _replace(old: list[tuple[TableShape, str]], dialect: Dialect) -> None:
    """Drop the old indexes, once all records that were written without the tables of words are in them."""
    wait = NOTICED
    for shape, index in old:
        await dialect.apply(FillSearch(shape.name, shape.search, after=wait))
        await dialect.apply(DropOldSearch(shape.name, index))
        wait = 0.0
