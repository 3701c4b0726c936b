"""/api/v1/objects/{object}/fields: the fields of an object: read, add, change, drop."""

from typing import Annotated, Any, TypeAlias

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from api.openapi.described import ETAG, LOCATION, BodySchema, problems
from api.requests.preconditions import IF_MATCH, at_version, or_current
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.responses import Prepared, empty, json
from api.schemas.object_drafts import body_places, field_changes, field_draft, readable_field, readable_object
from api.schemas.objects import (
    FIELD_BODY,
    FIELD_CHANGES_BODY,
    FIELD_EXAMPLE,
    NEW_FIELD_EXAMPLE,
    PLANNED,
    ChangeQuery,
    DropQuery,
    FieldResponse,
    PlanResponse,
    shown_field,
    shown_plan,
)
from api.schemas.paths import FieldName, ObjectName
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.service import SchemaService
from tenant_schema.preconditions import Versions
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["FieldController"]

_NewField: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(FIELD_BODY)]]
_FieldChanges: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(FIELD_CHANGES_BODY)]]


class FieldController(Controller):
    """Handlers that change something take ``object_manager`` first: permissions are checked before the query
    and the body.
    """

    path = "/objects/{object:str}/fields"
    tags = ("Objects",)

    @post(
        "/",
        operation_id="addField",
        summary="Add a field to an object",
        description="Existing records get the field's default.",
        response_description="The field.",
        response_headers=[LOCATION, ETAG],
        responses={200: PLANNED, **problems(409)},
        dependencies={"params": Query(ChangeQuery)},
        body_example=NEW_FIELD_EXAMPLE,
        example={"data": FIELD_EXAMPLE},
    )
    async def add_field(
        self,
        tenant: Injected[TenantScope],
        object_manager: Injected[Access],
        objects: Injected[SchemaService],
        catalog: Injected[Catalog],
        object_name: ObjectName,
        params: Injected[ChangeQuery],
        data: _NewField,
    ) -> Prepared[FieldResponse]:
        """Add a field."""
        draft = field_draft(data)
        with body_places():
            plan = await objects.add_field(tenant, object_manager, object_name, draft, dry_run=params.dry_run)
        if plan is not None:
            return Prepared(json(shown_plan(plan)))
        added = await _field(catalog, tenant, object_manager, object_name, draft.name)
        location = (b"location", f"/api/v1/objects/{object_name}/fields/{draft.name}".encode())
        return at_version(*added, 201, [location])

    @get(
        "/{field:str}",
        operation_id="readField",
        summary="One field",
        response_description="The field.",
        conditional=True,
        example={"data": FIELD_EXAMPLE},
    )
    async def read_field(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        catalog: Injected[Catalog],
        object_name: ObjectName,
        field_name: FieldName,
    ) -> Prepared[FieldResponse]:
        """One field."""
        return request.versioned(*await _field(catalog, tenant, access, object_name, field_name))

    @patch(
        "/{field:str}",
        operation_id="changeField",
        summary="Change a field's label, name, settings or type",
        description=(
            "Renaming keeps the data. A change that restricts the values of a field is checked against the "
            "records first: 409 gives the number of records that do not fit, and the first of them."
        ),
        response_description="The changed field; with `dryRun` the planned changes.",
        response_headers=[ETAG],
        responses=problems(409, 412),
        dependencies={"params": Query(ChangeQuery), "versions": IF_MATCH},
        body_example={"label": "Phase", "required": True},
    )
    async def change_field(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        object_manager: Injected[Access],
        objects: Injected[SchemaService],
        catalog: Injected[Catalog],
        object_name: ObjectName,
        field_name: FieldName,
        params: Injected[ChangeQuery],
        versions: Injected[Versions],
        data: _FieldChanges,
    ) -> Prepared[FieldResponse | PlanResponse]:
        """Change a field."""
        changes = field_changes(data)
        change = objects.change_field(
            tenant,
            object_manager,
            object_name,
            field_name,
            changes,
            dry_run=params.dry_run,
            if_match=versions,
        )
        with body_places():
            plan = await or_current(
                request, change, lambda: _current(catalog, tenant, object_manager, object_name, field_name)
            )
        if plan is not None:
            return Prepared(json(shown_plan(plan)))
        name = changes.get("name", field_name)
        return at_version(*await _field(catalog, tenant, object_manager, object_name, name))

    @delete(
        "/{field:str}",
        operation_id="dropField",
        summary="Drop a field with its values",
        response_description="The field was dropped.",
        responses={200: PLANNED, **problems(409, 412)},
        dependencies={"params": Query(DropQuery), "versions": IF_MATCH},
    )
    async def drop_field(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        object_manager: Injected[Access],
        objects: Injected[SchemaService],
        catalog: Injected[Catalog],
        object_name: ObjectName,
        field_name: FieldName,
        params: Injected[DropQuery],
        versions: Injected[Versions],
    ) -> Prepared[None]:
        """Drop a field."""
        drop = objects.drop_field(
            tenant,
            object_manager,
            object_name,
            field_name,
            params.confirm or None,
            dry_run=params.dry_run,
            if_match=versions,
        )
        plan = await or_current(
            request, drop, lambda: _current(catalog, tenant, object_manager, object_name, field_name)
        )
        return Prepared(empty() if plan is None else json(shown_plan(plan)))


async def _field(
    catalog: Catalog, tenant: TenantScope, access: Access, object_name: str, name: str
) -> tuple[FieldResponse, int | None]:
    """The field as the caller sees it, and its version; system fields have none."""
    model = await readable_object(catalog, tenant, access, object_name)
    field = await readable_field(catalog, tenant, access, model, name)
    return FieldResponse(shown_field(field, list(model.fields).index(name))), field.version


async def _current(
    catalog: Catalog, tenant: TenantScope, access: Access, object_name: str, name: str
) -> object:
    return (await _field(catalog, tenant, access, object_name, name))[0].data
