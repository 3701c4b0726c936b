"""Opening an object for a caller: what is done with records begins here."""

from tenant_schema.objects.catalog import Catalog
from tenant_schema.records.prepared import Plans
from tenant_schema.records.rights import rights_of
from tenant_schema.records.target import Target
from tenant_schema.scope import TenantScope
from tenant_schema.users.permissions import Access

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
        model = await self._catalog.get(scope, object_name)
        rights = await rights_of(scope, access, model, self._catalog)
        plans = self._plans.of(scope.id, model.table)
        return Target(scope, access, model, rights, plans, self._catalog)
