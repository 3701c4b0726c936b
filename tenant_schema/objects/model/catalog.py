"""Which objects a tenant has, read once and kept until a definition changes."""

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import replace
from types import MappingProxyType

from piccolo.querystring import QueryString

from piccolo_conf import DB
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.objects.model.row_store import load_rows
from tenant_schema.objects.model.runtime_table import SharedTables
from tenant_schema.objects.model.search_index import search_columns, words_table
from tenant_schema.objects.model.storage import bound_storage
from tenant_schema.problems import suggestion
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache

__all__ = ["Catalog", "load_objects", "tables_of_words", "with_words_table"]


class Catalog:
    """The objects of the tenant that is bound; once warm they cost no statement.

    :param cache: the one of ``DEFINITIONS``, which every change of a definition bumps.
    :param recover: finishes what a process that died has left of a change; asked when definitions are read.
    """

    def __init__(self, cache: VersionedCache, recover: Callable[[], Awaitable[bool]] | None = None) -> None:
        self._cache = cache
        self._recover = recover
        self.tables = SharedTables()

    async def all(self, scope: TenantScope) -> Mapping[str, ObjectModel]:
        """Every object by name, in the order of names."""
        return await self._cache.get(scope, "objects", self._load)

    async def get(self, scope: TenantScope, name: str) -> ObjectModel:
        """One object. Raises :class:`ObjectNotFound`, which carries the nearest name."""
        objects = await self.all(scope)
        model = objects.get(name)
        if model is None:
            raise ObjectNotFound(name, suggestion(name, objects))
        return model

    def forget(self, scope: TenantScope) -> None:
        """Drop what is known of the tenant's objects, after a change of them."""
        self._cache.forget(scope)

    async def _load(self) -> Mapping[str, ObjectModel]:
        if self._recover is not None and not DB.transaction_exists():
            await self._recover()
        return await load_objects(self.tables)


async def load_objects(tables: SharedTables | None = None) -> Mapping[str, ObjectModel]:
    """Every object of the bound tenant, from its tables: two statements, however many objects; three where
    search has tables of its own.
    """
    models = [object_model(row, fields, tables) for row, fields in await load_rows()]
    if bound_storage().has_words_tables:
        there = await tables_of_words()
        models = [with_words_table(one, there) for one in models]
    return MappingProxyType({one.name: one for one in models})


def with_words_table(model: ObjectModel, there: Container[str]) -> ObjectModel:
    """The object as one whose records are written with their words, when the table for them is there: before
    a tenant is brought up to date, there is none.
    """
    columns = search_columns(model)
    name = words_table(model.table_name, columns)
    return replace(model, words_table=name) if columns and name in there else model


async def tables_of_words() -> set[str]:
    """The names of the bound database's tables of words."""
    rows = await DB.run_querystring(
        QueryString(
            "SELECT table_name AS name FROM information_schema.tables "
            "WHERE table_schema = DATABASE() AND table_name LIKE '%_search_%'"
        )
    )
    return {row["name"] for row in rows}
