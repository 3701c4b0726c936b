"""/api/v1/objects: the tenant's objects and fields: list, read, make, change, drop."""

from collections.abc import Sequence
from typing import Final

from litestar import delete, get, patch, post

from api.openapi.operation import Operation, Reply, Schema
from api.requests.request import TenantRequest
from api.responses import RawHeader, RawResponse, empty, json
from api.schemas.common import Output
from api.schemas.object_drafts import (
    body_places,
    field_changes,
    field_draft,
    object_changes,
    object_draft,
    seen_field,
    seen_fields,
    seen_object,
    seen_objects,
)
from api.schemas.objects import (
    DEAL_EXAMPLE,
    FIELD_BODY,
    FIELD_CHANGES_BODY,
    FIELD_EXAMPLE,
    OBJECT_BODY,
    OBJECT_CHANGES_BODY,
    ChangeQuery,
    DropQuery,
    FieldAnswer,
    ObjectAnswer,
    ObjectList,
    PlanAnswer,
    shown_field,
    shown_object,
    shown_plan,
)
from tenant_schema.objects.changes.decide.plan import Plan

__all__ = [
    "ROUTES",
    "add_field",
    "change_field",
    "change_object",
    "create_object",
    "drop_field",
    "drop_object",
    "list_objects",
    "read_field",
    "read_object",
]

_TAG = "Objects"
_ONE: Final = {"data": DEAL_EXAMPLE}
_FIELD: Final = {"data": FIELD_EXAMPLE}
_PLAN: Final = Reply("With `dryRun`: what would be done.", PlanAnswer)
_MANAGE: Final = "objects:manage"


def _either(shape: type[Output]) -> Schema:
    """What is answered when it is done, or the plan."""
    return {"anyOf": [{"$ref": f"#/components/schemas/{one.__name__}"} for one in (shape, PlanAnswer)]}


_NEW_FIELD: Final = {
    "name": "stage",
    "label": "Stage",
    "type": "select",
    "options": ["open", "won"],
    "index": True,
}


@get(
    "/objects",
    operation=Operation(
        id="listObjects",
        tag=_TAG,
        summary="The objects that the caller may read, with their fields",
        replies={200: Reply("Every object.", ObjectList, {"data": [DEAL_EXAMPLE]})},
        conditional=True,
    ),
)
async def list_objects(request: TenantRequest) -> RawResponse:
    """Every object that the caller may see."""
    seen = await seen_objects(request.platform.catalog, request.tenant, request.access)
    return request.tagged({"data": [shown_object(model, fields) for model, fields in seen]})


@post(
    "/objects",
    operation=Operation(
        id="createObject",
        tag=_TAG,
        summary="Make an object, with a table of its own",
        description=(
            "At once it has records under `/api/v1/data/{object}`, and permissions. The settings of a "
            "field's type stand beside its other facts."
        ),
        query=ChangeQuery,
        body=OBJECT_BODY,
        body_example={"name": "deals", "label": "Deal", "pluralLabel": "Deals", "fields": [_NEW_FIELD]},
        replies={201: Reply("The object.", ObjectAnswer, _ONE, ("Location",)), 200: _PLAN},
        problems=(409,),
    ),
)
async def create_object(request: TenantRequest) -> RawResponse:
    """Make an object."""
    request.access.require_system(_MANAGE)
    query = request.query_as(ChangeQuery)
    draft = object_draft(await request.read_object())
    with body_places():
        plan = await request.platform.schema.create_object(
            request.tenant, request.access, draft, dry_run=query.dry_run
        )
    location = (b"location", f"/api/v1/objects/{draft.name}".encode())
    return _plan(plan) or await _object(request, draft.name, 201, [location])


@get(
    "/objects/{object:str}",
    operation=Operation(
        id="readObject",
        tag=_TAG,
        summary="One object with its fields",
        replies={200: Reply("The object.", ObjectAnswer, _ONE)},
        conditional=True,
    ),
)
async def read_object(request: TenantRequest) -> RawResponse:
    """One object."""
    return await _object(request, request.path_params["object"], tagged=True)


@patch(
    "/objects/{object:str}",
    operation=Operation(
        id="changeObject",
        tag=_TAG,
        summary="Rename or relabel an object",
        description="Renaming keeps the data, and what names it follows: lookups, permissions, pages.",
        query=ChangeQuery,
        body=OBJECT_CHANGES_BODY,
        body_example={"name": "offers", "label": "Offer", "pluralLabel": "Offers"},
        replies={
            200: Reply("The object as it is now; with `dryRun` what would be done.", _either(ObjectAnswer))
        },
        problems=(409,),
    ),
)
async def change_object(request: TenantRequest) -> RawResponse:
    """Rename or relabel an object."""
    request.access.require_system(_MANAGE)
    query = request.query_as(ChangeQuery)
    changes = object_changes(await request.read_object())
    name = request.path_params["object"]
    with body_places():
        plan = await request.platform.schema.change_object(
            request.tenant, request.access, name, changes, dry_run=query.dry_run
        )
    return _plan(plan) or await _object(request, changes.get("name", name))


@delete(
    "/objects/{object:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="dropObject",
        tag=_TAG,
        summary="Drop an object with all its records",
        query=DropQuery,
        replies={204: Reply("It is gone."), 200: _PLAN},
        problems=(409,),
    ),
)
async def drop_object(request: TenantRequest) -> RawResponse:
    """Drop an object."""
    request.access.require_system(_MANAGE)
    query = request.query_as(DropQuery)
    plan = await request.platform.schema.drop_object(
        request.tenant,
        request.access,
        request.path_params["object"],
        query.confirm or None,
        dry_run=query.dry_run,
    )
    return _plan(plan) or empty()


@post(
    "/objects/{object:str}/fields",
    operation=Operation(
        id="addField",
        tag=_TAG,
        summary="Add a field to an object",
        description="Records that are there get the field's default.",
        query=ChangeQuery,
        body=FIELD_BODY,
        body_example=_NEW_FIELD,
        replies={201: Reply("The field.", FieldAnswer, _FIELD, ("Location",)), 200: _PLAN},
        problems=(409,),
    ),
)
async def add_field(request: TenantRequest) -> RawResponse:
    """Add a field."""
    request.access.require_system(_MANAGE)
    query = request.query_as(ChangeQuery)
    draft = field_draft(await request.read_object())
    name = request.path_params["object"]
    with body_places():
        plan = await request.platform.schema.add_field(
            request.tenant, request.access, name, draft, dry_run=query.dry_run
        )
    location = (b"location", f"/api/v1/objects/{name}/fields/{draft.name}".encode())
    return _plan(plan) or await _field(request, draft.name, 201, [location])


@get(
    "/objects/{object:str}/fields/{field:str}",
    operation=Operation(
        id="readField",
        tag=_TAG,
        summary="One field",
        replies={200: Reply("The field.", FieldAnswer, _FIELD)},
        conditional=True,
    ),
)
async def read_field(request: TenantRequest) -> RawResponse:
    """One field."""
    return await _field(request, request.path_params["field"], tagged=True)


@patch(
    "/objects/{object:str}/fields/{field:str}",
    operation=Operation(
        id="changeField",
        tag=_TAG,
        summary="Change a field: its words, name, settings, or type",
        description=(
            "Renaming keeps the data. What narrows a field is checked against the records first: 409 tells "
            "how many would not fit, and the first of them."
        ),
        query=ChangeQuery,
        body=FIELD_CHANGES_BODY,
        body_example={"label": "Phase", "required": True},
        replies={
            200: Reply("The field as it is now; with `dryRun` what would be done.", _either(FieldAnswer))
        },
        problems=(409,),
    ),
)
async def change_field(request: TenantRequest) -> RawResponse:
    """Change a field."""
    request.access.require_system(_MANAGE)
    query = request.query_as(ChangeQuery)
    changes = field_changes(await request.read_object())
    name, field = request.path_params["object"], request.path_params["field"]
    with body_places():
        plan = await request.platform.schema.change_field(
            request.tenant, request.access, name, field, changes, dry_run=query.dry_run
        )
    return _plan(plan) or await _field(request, changes.get("name", field))


@delete(
    "/objects/{object:str}/fields/{field:str}",
    status_code=200,  # Litestar wants to see no 204 here; the answer has its own status
    operation=Operation(
        id="dropField",
        tag=_TAG,
        summary="Drop a field with its values",
        query=DropQuery,
        replies={204: Reply("It is gone."), 200: _PLAN},
        problems=(409,),
    ),
)
async def drop_field(request: TenantRequest) -> RawResponse:
    """Drop a field."""
    request.access.require_system(_MANAGE)
    query = request.query_as(DropQuery)
    name, field = request.path_params["object"], request.path_params["field"]
    plan = await request.platform.schema.drop_field(
        request.tenant, request.access, name, field, query.confirm or None, dry_run=query.dry_run
    )
    return _plan(plan) or empty()


async def _object(
    request: TenantRequest,
    name: str,
    status: int = 200,
    headers: Sequence[RawHeader] = (),
    *,
    tagged: bool = False,
) -> RawResponse:
    catalog = request.platform.catalog
    model = await seen_object(catalog, request.tenant, request.access, name)
    fields = await seen_fields(catalog, request.tenant, request.access, model)
    shown = {"data": shown_object(model, fields)}
    return request.tagged(shown) if tagged else json(shown, status, headers)


async def _field(
    request: TenantRequest,
    name: str,
    status: int = 200,
    headers: Sequence[RawHeader] = (),
    *,
    tagged: bool = False,
) -> RawResponse:
    catalog = request.platform.catalog
    model = await seen_object(catalog, request.tenant, request.access, request.path_params["object"])
    field = await seen_field(catalog, request.tenant, request.access, model, name)
    shown = {"data": shown_field(field, list(model.fields).index(name))}
    return request.tagged(shown) if tagged else json(shown, status, headers)


def _plan(plan: Plan | None) -> RawResponse | None:
    """The answer to a dry run."""
    return None if plan is None else json(shown_plan(plan))


ROUTES = (
    list_objects,
    create_object,
    read_object,
    change_object,
    drop_object,
    add_field,
    read_field,
    change_field,
    drop_field,
)
