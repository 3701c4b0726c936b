"""The view service: reads, creates, changes and deletes saved list views, private or shared with roles."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.apps.catalog import MANAGE
from tenant_schema.apps.errors import TooMany, ViewNotFound
from tenant_schema.apps.layouts.bodies import (
    Check,
    a_flag,
    a_text,
    names_in_order,
    read_body,
    translations_of,
)
from tenant_schema.apps.layouts.names import check_fields, check_filter, check_names, check_sort, check_widths
from tenant_schema.apps.layouts.visible import shown_view
from tenant_schema.apps.row_versions import require_row_version
from tenant_schema.apps.tables import ListView
from tenant_schema.apps.views import store as view_rows
from tenant_schema.apps.views.store import Row
from tenant_schema.objects.fields.translations import LABELLED
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.preconditions import Versions, row_version
from tenant_schema.problems import Problem, ProblemCollector
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.records.query.paths import Fields
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.errors import PermissionDenied
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.records import RoleName

__all__ = ["ShownView", "ViewService"]

_MOST = 100
"""Views of one object that one user may own."""
_Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownView:
    """A view as the caller sees it. ``left_out`` are the places of what is not there (for them) any more."""

    row: Row
    roles: Sequence[RoleName]
    default: bool
    mine: bool
    columns: Sequence[str]
    sort: Sequence[str]
    filter: Mapping[str, Any]
    widths: Mapping[str, int]
    pinned: Sequence[str]
    left_out: Sequence[str]

    @property
    def version(self) -> int:
        """The version, for preconditions of changes. ``default`` is not a part of it."""
        return row_version(self.row["updated_at"])


class ViewService:
    """Reads and changes list views in the bound tenant: the caller's own, and those shared with their roles.

    Callers with ``apps:manage`` see and change every shared view, and may share views. Methods with a view
    id raise ViewNotFound; methods with a body raise InvalidInput and PermissionDenied.

    :param shared: the cache of ``SHARED``, whose version every change of a shared view increments.
    """

    def __init__(self, objects: Catalog, shared: VersionedCache) -> None:
        self._objects = objects
        self._shared = shared

    async def all(self, scope: TenantScope, access: Access, object_name: str | None) -> list[ShownView]:
        """Return the views that there are for the caller, of one object or of all: shared ones before their
        own, by position, then by label. Three statements.

        Views of objects that the caller may not read are not there. Raises ObjectNotFound.
        """
        if object_name is not None:
            access.require(object_name, "read")
            await self._objects.get(scope, object_name)
        return await self._shown(scope, access, await view_rows.visible(access, object_name))

    async def read(self, scope: TenantScope, access: Access, view_id: UUID) -> ShownView:
        """Return one view. Executes three statements."""
        shown = await self._shown(scope, access, await view_rows.visible(access, view_id=view_id))
        if not shown:
            raise ViewNotFound(view_id)
        return shown[0]

    async def roles_to_share_with(self, access: Access) -> list[RoleName]:
        """Return the roles that the caller may share views with: all, or none without ``apps:manage``.
        Executes one statement, none without it.
        """
        return await view_rows.roles() if access.has(MANAGE) else []

    async def create(self, scope: TenantScope, access: Access, body: _Body) -> ShownView:
        """Create a view that the caller owns. Raises TooMany."""
        schema = SchemaView.of(access, await self._objects.all(scope))
        values = await self._read(access, body, _checks_of_new(body, schema), ("object", "label", "columns"))
        roles, is_default = values.pop("roles", []), values.pop("default", False)
        owned, last = await view_rows.count_of(access, values["object"])
        if owned >= _MOST:
            raise TooMany("views of one object", _MOST)
        view = ListView(**values, owner=access.user_id, position=last and last + 1)
        async with self._transaction(scope, is_shared=bool(roles)):
            await ListView.insert(view)
            await view_rows.share(view.id, roles)
            if is_default:
                await view_rows.begin_with(access, values["object"], view.id)
        return await self.read(scope, access, view.id)

    async def change(
        self,
        scope: TenantScope,
        access: Access,
        view_id: UUID,
        body: _Body,
        *,
        if_match: Versions = None,
    ) -> ShownView:
        """Change what the body gives: of one's own views, and of shared ones with ``apps:manage``.

        Anybody may say that they want to begin with a view (``default``), which concerns nobody else. Raises
        Outdated.
        """
        view = await self.read(scope, access, view_id)
        if set(body) - {"default"}:
            _require_mastery(access, view)
        schema = SchemaView.of(access, await self._objects.all(scope))
        values = await self._read(access, body, _checks_of_change(view, schema))
        roles, is_default = values.pop("roles", None), values.pop("default", None)
        concerns_others = bool(roles or (view.roles and set(body) - {"default"}))
        async with self._transaction(scope, is_shared=concerns_others):
            await require_row_version(ListView, view_id, if_match)
            if values or roles is not None:
                values[ListView.updated_at] = utc_now()
                await ListView.update(values).where(ListView.id == view_id)
            if roles is not None:
                await view_rows.share(view_id, roles)
            if is_default:
                await view_rows.begin_with(access, view.row["object"], view_id)
            elif is_default is not None:
                await view_rows.stop_beginning_with(access, view_id)
        return await self.read(scope, access, view_id)

    async def order(self, scope: TenantScope, access: Access, body: _Body) -> list[ShownView]:
        """Put the views of an object into the order in which the body names all that the caller may change.

        The order of shared views is everybody's.
        """
        schema = SchemaView.of(access, await self._objects.all(scope))
        name = str(body.get("object", ""))
        known = name in schema.readable_names
        views = await self.all(scope, access, name) if known else []
        own = [str(one.row["id"]) for one in views if one.mine or access.has(MANAGE)]
        ordered = names_in_order(own, "view") if known else _unchecked
        values = read_body(body, {"object": _known_object(schema), "views": ordered}, ("object", "views"))
        is_shared = any(one.roles for one in views)
        async with self._transaction(scope, is_shared=is_shared):
            for position, view_id in enumerate(values["views"], 1):
                await ListView.update({ListView.position: position}).where(ListView.id == UUID(view_id))
        return await self.all(scope, access, name)

    async def delete(
        self, scope: TenantScope, access: Access, view_id: UUID, *, if_match: Versions = None
    ) -> None:
        """Remove a view of one's own, or with ``apps:manage`` a shared one. Raises Outdated."""
        view = await self.read(scope, access, view_id)
        _require_mastery(access, view)
        async with self._transaction(scope, is_shared=bool(view.roles)):
            await require_row_version(ListView, view_id, if_match)
            await ListView.delete().where(ListView.id == view_id)

    def _transaction(self, scope: TenantScope, *, is_shared: bool) -> AbstractAsyncContextManager[Any]:
        """Open a transaction, which counts a change of a view that others see."""
        return self._shared.change(scope) if is_shared else DB.transaction()

    async def _read(
        self, access: Access, body: _Body, checks: Mapping[str, Check], required: Sequence[str] = ()
    ) -> dict[Any, Any]:
        """Return the body; roles become their ids. Sharing takes ``apps:manage``."""
        known: Mapping[str, UUID] = {}
        if "roles" in body:
            if body["roles"] != []:
                access.require_system(MANAGE)
            known = {role.name: role.id for role in await view_rows.roles()}
        values = read_body(body, {**checks, "roles": _a_list_of_roles(known), "default": a_flag}, required)
        if "roles" in values:
            values["roles"] = [known[name] for name in values["roles"]]
        return values

    async def _shown(self, scope: TenantScope, access: Access, rows: Sequence[Row]) -> list[ShownView]:
        """Return the views of objects that the caller may read."""
        schema = SchemaView.of(access, await self._objects.all(scope))
        rows = [row for row in rows if row["object"] in schema.readable_names]
        if not rows:
            return []
        roles = await view_rows.roles_of([row["id"] for row in rows])
        defaults = await view_rows.defaults_of(access)
        shown = [_shown_one(row, roles.get(row["id"], []), defaults, access, schema) for row in rows]
        return sorted(shown, key=lambda one: (not one.roles, one.row["position"]))


def _shown_one(
    row: Row, roles: Sequence[RoleName], defaults: Collection[UUID], access: Access, schema: SchemaView
) -> ShownView:
    stored = {key: row[key] for key in ("columns", "sort", "filter", "widths", "pinned")}
    shown, left_out = shown_view(row["object"], stored, schema)
    return ShownView(
        row=row,
        roles=roles,
        default=row["id"] in defaults,
        mine=row["owner"] == access.user_id,
        left_out=left_out,
        **shown,
    )


def _require_mastery(access: Access, view: ShownView) -> None:
    """Raise PermissionDenied unless the view is the caller's, or they manage the shared ones."""
    if not view.mine and not access.has(MANAGE):
        raise PermissionDenied(*MANAGE.split(":"))


def _checks_of_new(body: _Body, schema: SchemaView) -> Mapping[str, Check]:
    """Return the checks of a new view. Fields are checked only if the object is known."""
    name = body.get("object")
    fields = schema.paths(name) if isinstance(name, str) else None
    return {"object": _known_object(schema), **_checks_of(fields)}


def _known_object(schema: SchemaView) -> Check:
    def known(place: str, value: object) -> Sequence[Problem]:
        collector = ProblemCollector()
        if not isinstance(value, str) or value not in schema.readable_names:
            collector.unknown(place, "object", str(value), schema.readable_names)
        return collector.problems

    return known


def _unchecked(_place: str, _value: object) -> Sequence[Problem]:
    return ()


def _checks_of_change(view: ShownView, schema: SchemaView) -> Mapping[str, Check]:
    def kept(place: str, _value: object) -> Sequence[Problem]:
        return [Problem(place, "kept", "The object of a view is given when it is made, and kept.")]

    return {"object": kept, **_checks_of(schema.paths(view.row["object"]))}


def _checks_of(fields: Fields | None) -> Mapping[str, Check]:
    def over_fields(check: Callable[[str, object, Fields, ProblemCollector], None]) -> Check:
        def checked(place: str, value: object) -> Sequence[Problem]:
            collector = ProblemCollector()
            if fields is not None:
                check(place, value, fields, collector)
            return collector.problems

        return checked

    return {
        "label": a_text(1, 100),
        "columns": over_fields(partial(check_fields, least=1)),
        "sort": over_fields(check_sort),
        "filter": over_fields(check_filter),
        "widths": over_fields(check_widths),
        "pinned": over_fields(check_fields),
        "translations": translations_of(LABELLED),
    }


def _a_list_of_roles(known: Collection[str]) -> Check:
    def check(place: str, value: object) -> Sequence[Problem]:
        collector = ProblemCollector()

        def look(here: str, name: str) -> None:
            if name not in known:
                collector.unknown(here, "role", name, tuple(known))

        check_names(place, value, look, collector)
        return collector.problems

    return check
