"""Opening an object for a caller: what is done with records begins here."""

from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.problems import suggestion
from tenant_schema.records.access.schema_view import Surroundings
from tenant_schema.records.access.target import Target, target_of
from tenant_schema.records.sql.statement_cache import Plans
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["Targets"]


class Targets:
    """Gives objects as callers may use them.

    :param catalog: the objects of each tenant.
    :param plans: where prepared statements are kept.
    """

    def __init__(self, catalog: Catalog, plans: Plans) -> None:
        self._catalog = catalog
        self._plans = plans

    async def open(self, scope: TenantScope, access: Access, object_name: str, *actions: str) -> Target:
        """The object, for a caller who needs the permissions for all ``actions``. What the caller may not do
        is said before what there is.

        This is where the caller's field permissions and row rules enter: ``rights`` hold for everything that
        is done with the target.
        """
        for action in actions:
            access.require(object_name, action)
        objects = await self._catalog.all(scope)
        if object_name not in objects:
            raise ObjectNotFound(object_name, suggestion(object_name, objects))
        around = Surroundings(scope, access, self._catalog, objects, self._plans)
        return target_of(await around.load(object_name), around)
