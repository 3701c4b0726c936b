"""The services for apps, pages and views, and for what users keep of them, created together."""

from typing import Any

from tenant_schema.apps.catalog import AppCatalog
from tenant_schema.apps.items.service import ItemService
from tenant_schema.apps.metadata_versions import MetadataVersions
from tenant_schema.apps.navigation import NavigationService
from tenant_schema.apps.pages.service import PageService
from tenant_schema.apps.service import AppService
from tenant_schema.apps.views.service import ViewService
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.records.service import RecordService
from tenant_schema.tenant_cache import VersionedCache

__all__ = ["app_services"]


def app_services(
    definitions: VersionedCache, shared: VersionedCache, catalog: Catalog, records: RecordService
) -> dict[str, Any]:
    """Create the services, by their names in :class:`~api.composition.Platform`.

    :param definitions: the cache of ``DEFINITIONS``. :param shared: the one of shared views.
    """
    apps, views = AppCatalog(definitions), ViewService(catalog, shared)
    return {
        "apps": AppService(apps, definitions),
        "pages": PageService(apps, catalog, definitions),
        "views": views,
        "items": ItemService(apps, catalog, views, records),
        "metadata_versions": MetadataVersions(definitions, shared),
        "navigation": NavigationService(apps, catalog),
    }
