"""Retries a method once if definitions have changed since it read them.

Definitions are cached, and a change in another process is noticed up to a second later. A statement in the
meantime may name a dropped column, or hold a value that its column no longer accepts.
"""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar, cast

from piccolo.table import Table

from piccolo_conf import DB
from piccolo_engines.errors import DataTooLong, SchemaMismatch, UnstorableValue
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["retry_when_definitions_changed"]

_Method = TypeVar("_Method", bound=Callable[..., Coroutine[Any, Any, Any]])
_TELLING = (SchemaMismatch, DataTooLong, UnstorableValue)


def retry_when_definitions_changed(method: _Method) -> _Method:
    """Decorate a service method so that it runs once more, when the database refuses its statement and the
    object's definition has changed. Its first arguments are scope, access and the object's name.

    Not inside a transaction, of which a part may be done: there the refusal stands.
    """

    @wraps(method)
    async def run(
        service: Any, scope: TenantScope, access: Access, name: str, *args: Any, **kwargs: Any
    ) -> Any:
        try:
            return await method(service, scope, access, name, *args, **kwargs)
        except _TELLING:
            if DB.transaction_exists() or not await _has_changed(service.catalog, scope, name):
                raise
        return await method(service, scope, access, name, *args, **kwargs)

    return cast("_Method", run)


async def _has_changed(catalog: Catalog, scope: TenantScope, name: str) -> bool:
    """Return whether the object's table, or that of any other, has changed once definitions are read
    again.
    """
    before = await _tables(catalog, scope)
    catalog.forget(scope)
    try:
        await catalog.get(scope, name)
    except ObjectNotFound:
        return True
    return before != await _tables(catalog, scope)


async def _tables(catalog: Catalog, scope: TenantScope) -> dict[str, tuple[type[Table], str]]:
    return {model.name: (model.table, model.words_table) for model in (await catalog.all(scope)).values()}
