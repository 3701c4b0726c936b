"""The settings of a tenant: cached, and seen by other processes once they have changed."""

from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.settings_tables import TenantSettings
from tenant_schema.users.tenant_settings.reader import Presentation
from tenant_schema.users.tenant_settings.service import PresentationChanges, TenantSettingsService

ADMINISTRATOR = Access(new_id(), new_id(), "ada@acme.example", "Ada", (), frozenset({"tenant:manage"}))


def service(cache_seconds: float = 60.0) -> TenantSettingsService:
    """Another process has a cache of its own."""
    return TenantSettingsService(VersionedCache(ACCESS, cache_seconds), lambda: {"Europe/Zurich"})


async def test_another_process_sees_a_change_when_it_looks_at_the_version(
    bound: SQLiteEngine, scope: TenantScope
) -> None:
    here, there, late = service(), service(cache_seconds=0.0), service()
    for one in (here, there, late):
        assert await one.presentation(scope) == Presentation()
    changed = await here.change(scope, ADMINISTRATOR, PresentationChanges(display_name="Acme"))
    assert changed == await here.presentation(scope) == await there.presentation(scope)
    assert await late.presentation(scope) == Presentation()  # within the seconds that are agreed
    statements: list[str] = []
    bound.on_statement = statements.append
    await here.presentation(scope)
    assert statements == []
    assert len(await TenantSettings.select()) == 1


async def test_empty_settings_of_users_fall_back_to_the_tenant_s() -> None:
    found = Presentation(language="de", time_zone="Europe/Zurich")
    assert [found.language_of(""), found.language_of("en")] == ["de", "en"]
    assert [found.zone_of(""), found.zone_of("Asia/Tokyo")] == ["Europe/Zurich", "Asia/Tokyo"]
    assert Presentation().zone_of("") == "UTC"
