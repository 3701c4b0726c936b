"""/api/v1/objects: the tenant's objects: list, read, create, change, drop."""

from typing import Annotated, Any, TypeAlias

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from api.openapi.described import ETAG, LOCATION, BodySchema, problems
from api.requests.preconditions import IF_MATCH, at_version, or_current
from api.requests.request import TenantRequest
from api.requests.sources import Injected, Query
from api.responses import Prepared, empty, json
from api.schemas.advice import ADVICE_EXAMPLE, AdviceResponse
from api.schemas.object_drafts import (
    body_places,
    object_changes,
    object_draft,
    readable_fields,
    readable_object,
    readable_objects,
)
from api.schemas.objects import (
    DEAL_EXAMPLE,
    NEW_FIELD_EXAMPLE,
    OBJECT_BODY,
    OBJECT_CHANGES_BODY,
    PLANNED,
    ChangeQuery,
    DropQuery,
    ObjectList,
    ObjectResponse,
    PlanResponse,
    shown_object,
    shown_plan,
)
from api.schemas.paths import ObjectName
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.service import SchemaService
from tenant_schema.preconditions import Versions
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["ObjectController"]

_NewObject: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(OBJECT_BODY)]]
_ObjectChanges: TypeAlias = JSONBody[Annotated[dict[str, Any], BodySchema(OBJECT_CHANGES_BODY)]]


class ObjectController(Controller):
    """Handlers that change something take ``object_manager`` first: permissions are checked before the query
    and the body.
    """

    path = "/objects"
    tags = ("Objects",)

    @get(
        "/",
        operation_id="listObjects",
        summary="The objects that the caller may read, with their fields",
        response_description="The objects.",
        conditional=True,
        example={"data": [DEAL_EXAMPLE]},
    )
    async def list_objects(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        catalog: Injected[Catalog],
    ) -> Prepared[ObjectList]:
        """The objects that the caller may read."""
        seen = await readable_objects(catalog, tenant, access)
        return request.tagged(ObjectList([shown_object(model, fields) for model, fields in seen]))

    @post(
        "/",
        operation_id="createObject",
        summary="Create an object, with a table of its own",
        description=(
            "It has permissions, and records under `/api/v1/data/{object}`, from the next request on. The "
            "settings of a field's type stand beside its other properties."
        ),
        response_description="The object.",
        response_headers=[LOCATION, ETAG],
        responses={200: PLANNED, **problems(409)},
        dependencies={"params": Query(ChangeQuery)},
        body_example={
            "name": "deals",
            "label": "Deal",
            "pluralLabel": "Deals",
            "fields": [NEW_FIELD_EXAMPLE],
        },
        example={"data": DEAL_EXAMPLE},
    )
    async def create_object(
        self,
        tenant: Injected[TenantScope],
        object_manager: Injected[Access],
        objects: Injected[SchemaService],
        catalog: Injected[Catalog],
        params: Injected[ChangeQuery],
        data: _NewObject,
    ) -> Prepared[ObjectResponse]:
        """Create an object."""
        draft = object_draft(data)
        with body_places():
            plan = await objects.create_object(tenant, object_manager, draft, dry_run=params.dry_run)
        if plan is not None:
            return Prepared(json(shown_plan(plan)))
        location = (b"location", f"/api/v1/objects/{draft.name}".encode())
        created = await _object(catalog, tenant, object_manager, draft.name)
        return at_version(*created, 201, [location])

    @get(
        "/{object:str}",
        operation_id="readObject",
        summary="One object with its fields",
        response_description="The object.",
        conditional=True,
        example={"data": DEAL_EXAMPLE},
    )
    async def read_object(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        catalog: Injected[Catalog],
        object_name: ObjectName,
    ) -> Prepared[ObjectResponse]:
        """One object."""
        return request.versioned(*await _object(catalog, tenant, access, object_name))

    @get(
        "/{object:str}/advice",
        operation_id="readAdvice",
        summary="Indexes that lists and aggregates of an object lack",
        description=(
            "From what this process was asked since it started: names of fields and times, no values. A "
            "PATCH of the object with `change` takes the advice; `?dryRun=true` shows what it would do."
        ),
        response_description="The indexes that would help, the one that would help most first.",
        example=ADVICE_EXAMPLE,
    )
    async def read_advice(
        self,
        tenant: Injected[TenantScope],
        object_manager: Injected[Access],
        records: Injected[RecordService],
        catalog: Injected[Catalog],
        object_name: ObjectName,
    ) -> AdviceResponse:
        """Indexes that lists and aggregates of an object lack."""
        advice = await records.advice(tenant, object_manager, object_name)
        return AdviceResponse.of(await catalog.get(tenant, object_name), advice)

    @patch(
        "/{object:str}",
        operation_id="changeObject",
        summary="Rename or relabel an object, or change its indexes",
        description=(
            "Renaming keeps the data. Lookups, permissions and pages that name the object get its new name. "
            "Indexes are created and dropped while records are read and written; a unique one is refused "
            "with 409 `would-break-data` while records have the same values. They follow renamed fields, and "
            "a field is not dropped while an index is over it."
        ),
        response_description="The changed object; with `dryRun` the planned changes.",
        response_headers=[ETAG],
        responses=problems(409, 412),
        dependencies={"params": Query(ChangeQuery), "versions": IF_MATCH},
        body_example={
            "name": "offers",
            "label": "Offer",
            "pluralLabel": "Offers",
            "indexes": [["stage", "-created_at"]],
        },
    )
    async def change_object(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        object_manager: Injected[Access],
        objects: Injected[SchemaService],
        catalog: Injected[Catalog],
        object_name: ObjectName,
        params: Injected[ChangeQuery],
        versions: Injected[Versions],
        data: _ObjectChanges,
    ) -> Prepared[ObjectResponse | PlanResponse]:
        """Rename or relabel an object, or change its indexes."""
        changes = object_changes(data)
        change = objects.change_object(
            tenant, object_manager, object_name, changes, dry_run=params.dry_run, if_match=versions
        )
        with body_places():
            plan = await or_current(
                request, change, lambda: _current(catalog, tenant, object_manager, object_name)
            )
        if plan is not None:
            return Prepared(json(shown_plan(plan)))
        return at_version(*await _object(catalog, tenant, object_manager, changes.get("name", object_name)))

    @delete(
        "/{object:str}",
        operation_id="dropObject",
        summary="Drop an object with all its records",
        response_description="The object was dropped.",
        responses={200: PLANNED, **problems(409, 412)},
        dependencies={"params": Query(DropQuery), "versions": IF_MATCH},
    )
    async def drop_object(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        object_manager: Injected[Access],
        objects: Injected[SchemaService],
        catalog: Injected[Catalog],
        object_name: ObjectName,
        params: Injected[DropQuery],
        versions: Injected[Versions],
    ) -> Prepared[None]:
        """Drop an object."""
        drop = objects.drop_object(
            tenant,
            object_manager,
            object_name,
            params.confirm or None,
            dry_run=params.dry_run,
            if_match=versions,
        )
        plan = await or_current(request, drop, lambda: _current(catalog, tenant, object_manager, object_name))
        return Prepared(empty() if plan is None else json(shown_plan(plan)))


async def _object(
    catalog: Catalog, tenant: TenantScope, access: Access, name: str
) -> tuple[ObjectResponse, int]:
    """The object as the caller sees it, and its version."""
    model = await readable_object(catalog, tenant, access, name)
    fields = await readable_fields(catalog, tenant, access, model)
    return ObjectResponse(shown_object(model, fields)), model.version


async def _current(catalog: Catalog, tenant: TenantScope, access: Access, name: str) -> object:
    return (await _object(catalog, tenant, access, name))[0].data
