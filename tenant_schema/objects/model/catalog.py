"""The catalog of a tenant's objects, cached until a definition changes."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, Protocol

from piccolo.querystring import QueryString

from piccolo_conf import DB
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.objects.model.row_store import load_rows_after
from tenant_schema.objects.model.runtime_table import SharedTables
from tenant_schema.objects.model.search_index import search_columns, words_table
from tenant_schema.objects.model.storage import bound_storage
from tenant_schema.problems import suggestion
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache

__all__ = ["Catalog", "Recovers", "load_objects", "tables_of_words", "with_words_table"]


_WORDS: Final = QueryString(
    "SELECT table_name AS name FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name LIKE '%_search_%'"
)


class Recovers(Protocol):
    """Completes or undoes interrupted changes of the bound tenant."""

    def interrupted(self) -> QueryString | None:
        """The select that finds them. None where there never are any."""

    async def __call__(self) -> bool:
        """Complete or undo them. Returns whether there were any. Never raises."""


class Catalog:
    """The objects of the bound tenant. No statement is run while they are cached.

    :param cache: the cache for ``DEFINITIONS``, whose version every change of a definition increments.
    :param recover: completes or undoes interrupted changes.
    """

    def __init__(self, cache: VersionedCache, recover: Recovers | None = None) -> None:
        self._cache = cache
        self._recover = recover
        self.tables = SharedTables()

    async def all(self, scope: TenantScope) -> Mapping[str, ObjectModel]:
        """All objects by name, in the order of names."""
        return await self._cache.get(scope, "objects", self._load)

    def known(self, scope: TenantScope) -> Mapping[str, ObjectModel] | None:
        """What :meth:`all` would return, if it is cached and needs no statement; otherwise None."""
        objects: Mapping[str, ObjectModel] | None = self._cache.peek(scope, "objects")
        return objects

    async def get(self, scope: TenantScope, name: str) -> ObjectModel:
        """One object.

        :raises ObjectNotFound: there is none; the error has the most similar name.
        """
        objects = await self.all(scope)
        model = objects.get(name)
        if model is None:
            raise ObjectNotFound(name, suggestion(name, objects))
        return model

    def forget(self, scope: TenantScope) -> None:
        """Drop the tenant's objects from the cache, after a change of them."""
        self._cache.forget(scope)

    async def _load(self) -> Mapping[str, ObjectModel]:
        recover = None if DB.transaction_exists() else self._recover
        interrupted = None if recover is None else recover.interrupted()
        if recover is None or interrupted is None:
            return await load_objects(self.tables)
        objects, found = await _read(self.tables, interrupted)
        if found and await recover():
            return await load_objects(self.tables)
        return objects


async def load_objects(tables: SharedTables | None = None) -> Mapping[str, ObjectModel]:
    """Read all objects of the bound tenant, in one round trip: two statements for any number of objects,
    three where the words of searched fields are in tables of their own.
    """
    return (await _read(tables))[0]


async def _read(
    tables: SharedTables | None, *others: QueryString
) -> tuple[Mapping[str, ObjectModel], Sequence[Mapping[str, Any]]]:
    """Return all objects, and the rows of another select that is sent before in the same round trip."""
    has_words_tables = bound_storage().has_words_tables
    words = [_WORDS] if has_words_tables else []
    definitions, found = await load_rows_after(*others, *words)
    models = [object_model(row, fields, tables) for row, fields in definitions]
    if has_words_tables:
        there = _names(found[-1])
        models = [with_words_table(one, there) for one in models]
    return MappingProxyType({one.name: one for one in models}), found[0] if others else ()


def with_words_table(model: ObjectModel, there: Container[str]) -> ObjectModel:
    """Return the object with its table of words, if that exists: it may not before the tenant's database is
    migrated.
    """
    columns = search_columns(model)
    name = words_table(model.table_name, columns)
    return replace(model, words_table=name) if columns and name in there else model


async def tables_of_words() -> set[str]:
    """The names of the tables of words in the bound database."""
    return _names(await DB.run_querystring(_WORDS))


def _names(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    return {row["name"] for row in rows}
