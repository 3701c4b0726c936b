"""The registry: unique under concurrency, changed by compare-and-set, paged, searched, and never silent."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from central.database import CENTRAL
from central.errors import (
    DomainNotFound,
    DomainTaken,
    InvalidSlug,
    InvalidTenantName,
    PrimaryDomainKept,
    ReservedSlug,
    SlugTaken,
    TenantNotFound,
    WrongStatus,
)
from central.registry import Registry, TenantRecord, TenantRef
from central.tables import Credential, Domain, Tenant, TenantStatus
from piccolo_engines.paging import InvalidCursor
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.rows import make_tenant, statements_of
from tests.support.registries import new_registry

pytestmark = pytest.mark.usefixtures("central")

ACTIVE, SUSPENDED = TenantStatus.ACTIVE, TenantStatus.SUSPENDED
PROVISIONING, DELETING = TenantStatus.PROVISIONING, TenantStatus.DELETING


@pytest.fixture
def registry() -> Registry:
    return new_registry()


async def reserve(registry: Registry, slug: str, domain: str) -> TenantRef:
    return await registry.reserve(
        slug=slug,
        name=slug,
        domain=domain,
        database_server="sqlite",
        db_name=f"tenant_{slug}",
        admin_email="a@b",
    )


async def test_a_reserved_tenant_is_provisioning_and_has_its_domain(registry: Registry) -> None:
    ref = await make_tenant(registry, "acme", name="  Acme Corporation ", status=PROVISIONING)
    assert ref == TenantRef(
        ref.id, "acme", "Acme Corporation", PROVISIONING, "sqlite", "tenant_acme", "acme.localhost"
    )
    assert await registry.get(ref.id) == ref
    assert await registry.by_slug("acme") == ref
    assert await registry.by_domain("acme.localhost") == ref


async def test_an_id_may_be_chosen_beforehand(registry: Registry) -> None:
    chosen = uuid4()
    ref = await registry.reserve(
        tenant_id=chosen, slug="a", name="A", domain="a.b", database_server="s", db_name="d", admin_email="e"
    )
    assert ref.id == (await registry.by_slug("a")).id == chosen


async def test_a_taken_slug_or_domain_is_refused_and_leaves_nothing_behind(registry: Registry) -> None:
    await reserve(registry, "acme", "acme.localhost")
    with pytest.raises(SlugTaken) as slug:
        await reserve(registry, "acme", "other.localhost")
    with pytest.raises(DomainTaken) as domain:
        await reserve(registry, "other", "acme.localhost")
    assert (slug.value.slug, domain.value.domain) == ("acme", "acme.localhost")
    assert await Tenant.count() == await Domain.count() == 1


async def test_of_fifty_simultaneous_reservations_of_a_slug_one_succeeds(registry: Registry) -> None:
    tries = [reserve(registry, "acme", f"acme{number}.localhost") for number in range(50)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, TenantRef) for result in results) == 1
    assert sum(isinstance(result, SlugTaken) for result in results) == 49
    assert await Tenant.count() == await Domain.count() == 1


async def test_of_fifty_simultaneous_reservations_of_a_domain_one_succeeds(registry: Registry) -> None:
    tries = [reserve(registry, f"acme{number}", "acme.localhost") for number in range(50)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, TenantRef) for result in results) == 1
    assert sum(isinstance(result, DomainTaken) for result in results) == 49
    assert await Tenant.count() == 1


@pytest.mark.parametrize(
    ("slug", "name", "error"),
    [("A", "a", InvalidSlug), ("www", "a", ReservedSlug), ("a", " ", InvalidTenantName)],
)
async def test_slugs_and_names_are_checked(registry: Registry, slug: str, name: str, error: type) -> None:
    with pytest.raises(error):
        await registry.reserve(
            slug=slug, name=name, domain="a.b", database_server="s", db_name="d", admin_email="e"
        )
    assert await Tenant.count() == 0


async def test_who_does_not_exist_is_not_found(registry: Registry) -> None:
    nobody = uuid4()
    for search in (
        registry.get(nobody),
        registry.record(nobody),
        registry.by_slug("nobody"),
        registry.by_domain("nobody.localhost"),
        registry.rename(nobody, "Nobody"),
        registry.set_status(nobody, SUSPENDED, expected={ACTIVE}),
        registry.domains(nobody),
        registry.add_domain(nobody, "nobody.localhost"),
    ):
        with pytest.raises(TenantNotFound):
            await search


async def test_renaming_changes_the_name_alone(registry: Registry) -> None:
    before = await registry.record((await make_tenant(registry)).id)
    after = await registry.rename(before.ref.id, "Acme & Sons")
    assert after.ref.name == "Acme & Sons"
    assert after.ref.slug == before.ref.slug
    assert after.version == before.version + 1
    assert after.updated_at > before.updated_at
    assert after.created_at == before.created_at


async def test_an_unusable_name_is_refused(registry: Registry) -> None:
    ref = await make_tenant(registry)
    with pytest.raises(InvalidTenantName):
        await registry.rename(ref.id, "")
    assert (await registry.get(ref.id)).name == ref.name


async def test_a_status_changes_only_from_what_was_expected(registry: Registry) -> None:
    ref = await make_tenant(registry, status=ACTIVE)
    assert (await registry.set_status(ref.id, SUSPENDED, expected={ACTIVE})).status is SUSPENDED
    with pytest.raises(WrongStatus) as caught:
        await registry.set_status(ref.id, SUSPENDED, expected={ACTIVE, PROVISIONING})
    assert (caught.value.current, caught.value.wanted) == ("suspended", "suspended")
    assert (await registry.get(ref.id)).status is SUSPENDED


async def test_of_simultaneous_status_changes_that_exclude_each_other_one_succeeds(
    registry: Registry,
) -> None:
    ref = await make_tenant(registry, status=ACTIVE)
    wanted = [SUSPENDED, DELETING] * 10
    changes = [registry.set_status(ref.id, status, expected={ACTIVE}) for status in wanted]
    results = await asyncio.gather(*changes, return_exceptions=True)
    (winner,) = [result for result in results if isinstance(result, TenantRef)]
    assert sum(isinstance(result, WrongStatus) for result in results) == 19
    assert (await registry.get(ref.id)).status is winner.status


async def test_domains_are_added_listed_and_removed(registry: Registry) -> None:
    ref = await make_tenant(registry)
    added = await registry.add_domain(ref.id, "crm.acme.org")
    assert not added.is_primary
    assert [(record.domain, record.is_primary) for record in await registry.domains(ref.id)] == [
        ("acme.localhost", True),
        ("crm.acme.org", False),
    ]
    assert await registry.by_domain("crm.acme.org") == ref
    await registry.remove_domain(ref.id, "crm.acme.org")
    with pytest.raises(TenantNotFound):
        await registry.by_domain("crm.acme.org")


async def test_a_domain_belongs_to_one_tenant(registry: Registry) -> None:
    acme, demo = await make_tenant(registry, "acme"), await make_tenant(registry, "demo")
    for tenant in (acme, demo):
        with pytest.raises(DomainTaken):
            await registry.add_domain(tenant.id, "acme.localhost")
    with pytest.raises(DomainNotFound):
        await registry.remove_domain(demo.id, "acme.localhost")


async def test_the_primary_domain_cannot_be_removed_alone(registry: Registry) -> None:
    ref = await make_tenant(registry)
    with pytest.raises(PrimaryDomainKept):
        await registry.remove_domain(ref.id, "acme.localhost")
    await registry.remove_domains(ref.id)
    assert (await registry.get(ref.id)).primary_domain == ""


async def test_removing_a_tenant_takes_its_rows_and_can_be_repeated(registry: Registry) -> None:
    ref = await make_tenant(registry)
    other = await make_tenant(registry, "demo")
    await Credential.insert(Credential(tenant=ref.id, username="u", secret="sealed"))
    await registry.remove(ref.id)
    await registry.remove(ref.id)
    assert await Credential.count() == 0
    assert await Domain.select(Domain.domain).output(as_list=True) == ["demo.localhost"]
    assert await registry.get(other.id) == other
    assert (await make_tenant(registry)).slug == "acme"


async def all_pages(registry: Registry, limit: int, **filters: object) -> list[list[TenantRecord]]:
    pages, cursor = [], None
    while True:
        page = await registry.page(limit, cursor, **filters)  # type: ignore[arg-type]  # filters of the caller
        pages.append(list(page.items))
        if (cursor := page.next) is None:
            return pages


def slugs(records: list[TenantRecord]) -> list[str]:
    return [record.ref.slug for record in records]


async def test_pages_go_from_the_newest_to_the_oldest_without_gap_or_repetition(registry: Registry) -> None:
    for number in range(7):
        await make_tenant(registry, f"t{number}")
    pages = await all_pages(registry, 3)
    assert [slugs(page) for page in pages] == [["t6", "t5", "t4"], ["t3", "t2", "t1"], ["t0"]]
    assert pages[0][0].ref.primary_domain == "t6.localhost"
    assert pages[0][0].admin_email == "admin@t6.localhost"


async def test_a_page_that_is_just_full_has_no_next_one(registry: Registry) -> None:
    for number in range(3):
        await make_tenant(registry, f"t{number}")
    assert len(await all_pages(registry, 3)) == 1


async def test_tenants_made_while_paging_do_not_disturb_it(registry: Registry) -> None:
    for number in range(4):
        await make_tenant(registry, f"t{number}")
    first = await registry.page(2)
    await make_tenant(registry, "late")
    await registry.remove(first.items[1].ref.id)
    assert slugs(list((await registry.page(2, first.next)).items)) == ["t1", "t0"]


async def test_a_page_costs_two_statements_however_long(registry: Registry, central: SQLiteEngine) -> None:
    for number in range(20):
        await make_tenant(registry, f"t{number}")
    with statements_of(central) as statements:
        await registry.page(20)
    assert len(statements) == 2


async def test_pages_can_be_of_one_status(registry: Registry) -> None:
    await make_tenant(registry, "acme")
    suspended = await make_tenant(registry, "demo")
    await registry.set_status(suspended.id, SUSPENDED, expected={ACTIVE})
    assert slugs(list((await registry.page(10, status=SUSPENDED)).items)) == ["demo"]
    assert slugs(list((await registry.page(10, status=ACTIVE)).items)) == ["acme"]
    assert (await registry.page(10, status=DELETING)).items == ()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ACME", ["acme"]),
        ("corp", ["acme"]),
        ("\u00c9cole", ["ecole"]),
        ("\u00e9COLE", ["ecole"]),
        ("STRASSE", ["strasse"]),
        ("crm.", ["acme"]),
        ("localhost", ["strasse", "ecole", "fifty", "acme"]),
        ("50%", ["fifty"]),
        ("%", ["fifty"]),
        ("_", ["fifty"]),
        ("!", ["fifty"]),
        ("5_%", []),
        ("  fifty ", ["fifty"]),
        ("nowhere", []),
        ("'", []),
        ("\\", []),
    ],
)
async def test_searching_looks_at_names_slugs_and_domains(
    registry: Registry, search: str, found: list[str]
) -> None:
    acme = await make_tenant(registry, "acme", name="Acme Corporation")
    await registry.add_domain(acme.id, "crm.acme.org")
    await make_tenant(registry, "fifty", name="50% off_sale!")
    await make_tenant(registry, "ecole", name="\u00c9cole sup\u00e9rieure")
    await make_tenant(registry, "strasse", name="Stra\u00dfe")
    assert slugs(list((await registry.page(10, search=search)).items)) == found


async def test_a_new_name_is_what_is_searched_for(registry: Registry) -> None:
    ref = await make_tenant(registry, "acme", name="Old")
    await registry.rename(ref.id, "New")
    assert (await registry.page(10, search="old")).items == ()
    assert len((await registry.page(10, search="new")).items) == 1


@pytest.mark.parametrize("cursor", ["", "x", "\u00fc", "A" * 21, "A" * 23, "A" * 21 + "B", "=" * 22])
async def test_a_cursor_of_ones_own_making_is_refused(registry: Registry, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        await registry.page(10, cursor)


@pytest.mark.parametrize("limit", [0, -1, 201])
async def test_a_limit_out_of_bounds_is_a_mistake_of_the_caller(registry: Registry, limit: int) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        await registry.page(limit)


async def test_every_change_is_counted_and_told_after_it_happened(registry: Registry) -> None:
    told: list[bool] = []
    registry.on_change(lambda: told.append(CENTRAL.transaction_exists()))
    assert await registry.version() == 0
    ref = await make_tenant(registry, status=PROVISIONING)
    changes = [
        lambda: registry.set_status(ref.id, ACTIVE, expected={PROVISIONING}),
        lambda: registry.rename(ref.id, "New"),
        lambda: registry.add_domain(ref.id, "crm.acme.org"),
        lambda: registry.remove_domain(ref.id, "crm.acme.org"),
        lambda: registry.remove_domains(ref.id),
        lambda: registry.remove(ref.id),
    ]
    for count, change in enumerate(changes, start=2):
        await change()
        assert await registry.version() == count
        assert len(told) == count
    assert not any(told)


async def test_a_refused_change_is_not_counted(registry: Registry) -> None:
    ref = await make_tenant(registry)
    before = await registry.version()
    with pytest.raises(WrongStatus):
        await registry.set_status(ref.id, ACTIVE, expected={SUSPENDED})
    with pytest.raises(SlugTaken):
        await make_tenant(registry)
    assert await registry.version() == before


async def test_several_changes_happen_together_or_not_at_all(registry: Registry) -> None:
    ref = await make_tenant(registry)
    told: list[bool] = []
    registry.on_change(lambda: told.append(CENTRAL.transaction_exists()))

    async def rename_and_fail() -> None:
        async with registry.changing():
            await registry.rename(ref.id, "New")
            await registry.add_domain(ref.id, "acme.localhost")

    with pytest.raises(DomainTaken):
        await rename_and_fail()
    assert (await registry.get(ref.id)).name == ref.name
    assert told[-1] is False


async def test_several_changes_in_one_transaction_are_counted_once(registry: Registry) -> None:
    ref = await make_tenant(registry)
    before = await registry.version()
    async with registry.changing():
        await registry.rename(ref.id, "New")
        await registry.add_domain(ref.id, "shop.localhost")
    assert await registry.version() == before + 1
    await registry.rename(ref.id, "Newer")
    assert await registry.version() == before + 2
    assert await registry.has_domain(ref.id, "shop.localhost")
    assert not await registry.has_domain(ref.id, "other.localhost")


async def test_reading_a_tenant_costs_two_statements_and_by_a_host_name_one(
    registry: Registry, central: SQLiteEngine
) -> None:
    ref = await make_tenant(registry)
    reads = (registry.get(ref.id), registry.by_slug("acme"), registry.by_domain("acme.localhost"))
    for read, expected in zip(reads, (2, 2, 1), strict=True):
        with statements_of(central) as statements:
            await read
        assert len(statements) == expected


async def test_the_level_of_a_database_is_known_until_the_tenant_may_have_been_restored(
    registry: Registry,
) -> None:
    acme = await make_tenant(registry, "acme")
    await make_tenant(registry, "new", status=PROVISIONING)
    before = await registry.record(acme.id)
    await registry.set_level(acme.id, "a")
    known = replace(before, ref=replace(before.ref, schema_level="a"))
    assert await registry.record(acme.id) == known  # no version, no time of change
    assert [(one.slug, level) for one, level in await registry.served_with_levels()] == [("acme", "a")]

    await registry.set_status(acme.id, SUSPENDED, expected=[ACTIVE])
    assert [level for _, level in await registry.served_with_levels()] == [""]
    await registry.set_level(acme.id, "a")
    await registry.disconnect(acme.id, force=False, expected=[SUSPENDED])
    assert [level for _, level in await registry.served_with_levels()] == [""]
