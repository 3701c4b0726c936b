"""What a request does that was prepared with definitions which have changed since: it is done again, once.

Definitions are cached, and a change in another process is seen up to a second later; what is sent in the
meantime may name a column that is gone, or hold a value that a narrower one does not take.
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
    """Run a method of a service with a ``catalog`` once more, when the database refuses it and an object is
    not what it was. Its first arguments are scope, access and the object's name.

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
    """Whether the object's table, or that of any other, is another one once definitions are read anew."""
    before = await _tables(catalog, scope)
    catalog.forget(scope)
    try:
        await catalog.get(scope, name)
    except ObjectNotFound:
        return True
    return before != await _tables(catalog, scope)


async def _tables(catalog: Catalog, scope: TenantScope) -> dict[str, tuple[type[Table], str]]:
    return {model.name: (model.table, model.words_table) for model in (await catalog.all(scope)).values()}
