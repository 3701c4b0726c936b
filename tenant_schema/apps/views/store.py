"""Reads and writes the rows of list views, of the roles they are shared with, and of users' default views."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from piccolo.columns.combination import Or, Where

from piccolo_engines.columns import utc_now
from piccolo_engines.sort_keys import sort_key
from tenant_schema.apps.catalog import MANAGE
from tenant_schema.apps.tables import DefaultView, ListView, ListViewRole
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.records import RoleName
from tenant_schema.users.tables import Role

__all__ = [
    "Row",
    "begin_with",
    "count_of",
    "defaults_of",
    "roles",
    "roles_of",
    "share",
    "stop_beginning_with",
    "visible",
]

Row = Mapping[str, Any]


async def visible(
    access: Access, object_name: str | None = None, view_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return the caller's own views and those shared with them, by label: of one object, or with this id."""
    query = ListView.select(*ListView.all_columns(), ListView.owner.name).where(_is_visible(access))
    if object_name is not None:
        query = query.where(ListView.object == object_name)
    if view_id is not None:
        query = query.where(ListView.id == view_id)
    rows: list[dict[str, Any]] = await query.order_by(ListView.id).output(load_json=True)
    return sorted(rows, key=lambda row: sort_key(row["label"]) or b"")


def _is_visible(access: Access) -> Where | Or:
    """Return the condition: one's own; those shared with a role of one's own; for who manages them, all that
    are shared, and those whose owner is gone.
    """
    mine = ListView.owner == access.user_id
    shared = ListViewRole.select(ListViewRole.view)
    if access.has(MANAGE):
        return mine | ListView.owner.is_null() | ListView.id.is_in(shared)
    if not access.roles:
        return mine
    with_me = shared.where(ListViewRole.role.name.is_in(list(access.roles)))
    return mine | ListView.id.is_in(with_me)


async def count_of(access: Access, object_name: str) -> tuple[int, int]:
    """Return how many views of the object the caller has, and the last position of any; two statements."""
    of_object = ListView.object == object_name
    owned = await ListView.count().where(of_object & (ListView.owner == access.user_id))
    query = ListView.select(ListView.position).where(of_object)
    last = await query.order_by(ListView.position, ascending=False).first()
    return int(owned), 0 if last is None else int(last["position"])


async def roles() -> list[RoleName]:
    """Return all roles, in the order of names."""
    rows = await Role.select(Role.id, Role.name, Role.label).order_by(Role.name)
    return [RoleName(**row) for row in rows]


async def roles_of(view_ids: Sequence[UUID]) -> dict[UUID, list[RoleName]]:
    """Return the roles that the views are shared with, in the order of names."""
    found: defaultdict[UUID, list[RoleName]] = defaultdict(list)
    role = ListViewRole.role
    query = ListViewRole.select(ListViewRole.view, role.id, role.name, role.label)
    for row in await query.where(ListViewRole.view.is_in(list(view_ids))).order_by(role.name):
        found[row["view"]].append(RoleName(row["role.id"], row["role.name"], row["role.label"]))
    return found


async def share(view_id: UUID, roles: Sequence[UUID]) -> None:
    """Share the view with these roles, and with no others."""
    await ListViewRole.delete().where(ListViewRole.view == view_id)
    if roles:
        await ListViewRole.insert(*[ListViewRole(view=view_id, role=role) for role in roles])


async def defaults_of(access: Access) -> set[UUID]:
    """Return the views with which the caller begins."""
    rows = await DefaultView.select(DefaultView.view).where(DefaultView.user == access.user_id)
    return {row["view"] for row in rows}


async def begin_with(access: Access, object_name: str, view_id: UUID) -> None:
    """Set the caller's default view of the object."""
    row = DefaultView(user=access.user_id, object=object_name, view=view_id)
    await DefaultView.insert(row).on_conflict(
        target=(DefaultView.user, DefaultView.object),
        action="DO UPDATE",
        values=[DefaultView.view, (DefaultView.updated_at, utc_now())],
    )


async def stop_beginning_with(access: Access, view_id: UUID) -> None:
    """Remove the view as the caller's default."""
    await DefaultView.delete().where((DefaultView.user == access.user_id) & (DefaultView.view == view_id))
