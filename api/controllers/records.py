"""/api/v1/data/{object}: records of every object, in lists and one by one."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import unquote

from litestar import Controller, delete, get, patch, post, put
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import PathParameter

from api.openapi.described import ETAG, LOCATION, problems
from api.requests.etags import digest_tag, etag
from api.requests.preconditions import IF_MATCH, ONLY_NEW
from api.requests.request import ApiRequest, TenantRequest
from api.requests.sources import FromRequest, Injected, Query, QueryPairs, grammar
from api.responses import Prepared, RawHeader, encoded, json, json_bytes
from api.schemas.paths import ObjectName, RecordId, UniqueField
from api.schemas.record_examples import HISTORY, MANY_RECORDS, NEW_RECORD, ONE_RECORD, RecordBody
from api.schemas.record_queries import ListParameters, ReadParameters
from api.schemas.records import DeleteQuery, HistoryPage, HistoryQuery, RecordPage, RecordResponse
from tenant_schema.preconditions import Versions
from tenant_schema.records.record import Record
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["RecordController"]


def _unique_values(request: ApiRequest) -> Sequence[str]:
    """Return the value after the field's name, including slashes: ``https%3A%2F%2Fb.example`` is one value,
    but the path is decoded before it is split. Values of several fields have commas between.
    """
    path = request.scope["raw_path"].partition(b"?")[0].decode("ascii", "surrogateescape")
    text = path.partition("/data/")[2].split("/", 3)[3]  # object, by, field, value
    texts = text.split(",") if "," in request.path_params["uniqueField"] else [text]
    return [unquote(one, errors="replace") for one in texts]


_UNIQUE_VALUES = FromRequest(
    _unique_values,
    {
        "value": Annotated[
            str,
            PathParameter(
                name="value",
                required=True,
                description=(
                    "The value of that field; of several fields their values in the same order with commas "
                    "between, a comma in a value as %2C."
                ),
                examples=[Example(id="email", value="ada@acme.example")],
                schema_extra={"minLength": 1, "maxLength": 2000},
            ),
        ]
    },
)


class RecordController(Controller):
    """The fields of a record come from the tenant's definitions, and are checked by the service."""

    path = "/data/{object:str}"
    tags = ("Records",)

    @get(
        "/",
        operation_id="listRecords",
        summary="Records that match a filter, page by page",
        response_description="A page.",
        dependencies={"pairs": grammar(ListParameters)},
        example=MANY_RECORDS,
    )
    async def list_records(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        pairs: Injected[QueryPairs],
    ) -> Prepared[RecordPage]:
        """A page of a list."""
        return Prepared(json(RecordPage.of(await records.page(tenant, access, object_name, pairs))))

    @post(
        "/",
        operation_id="createRecord",
        summary="Create a record",
        description="The caller becomes its owner unless the body says otherwise.",
        response_description="The record.",
        response_headers=[LOCATION, ETAG],
        responses=problems(409),
        body_example=NEW_RECORD,
        example=ONE_RECORD,
    )
    async def create_record(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        data: RecordBody,
    ) -> Prepared[RecordResponse]:
        """Create a record."""
        record = await records.create(tenant, access, object_name, data)
        return _record(record, 201, _location(object_name, record))

    @get(
        "/{id:str}",
        operation_id="readRecord",
        summary="One record",
        response_description="The record.",
        dependencies={"pairs": grammar(ReadParameters)},
        conditional=True,
        example=ONE_RECORD,
    )
    async def read_record(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        record_id: RecordId,
        pairs: Injected[QueryPairs],
    ) -> Prepared[RecordResponse]:
        """One record."""
        record = await records.read(tenant, access, object_name, record_id, pairs)
        body = encoded(
            {"data": record.encodable}
            if record.can is None
            else {"data": record.encodable, "can": record.can}
        )
        is_plain = record.is_whole and not request.scope["query_string"]
        tag = etag(record.version) if is_plain else digest_tag(body, record.version)
        return Prepared(request.unchanged(tag) or json_bytes(body, headers=[tag]))

    @patch(
        "/{id:str}",
        operation_id="updateRecord",
        summary="Change some fields of a record",
        response_description="The record as it is now.",
        response_headers=[ETAG],
        responses=problems(409, 412),
        dependencies={"versions": IF_MATCH},
        body_example={"phone": "+31 20 123 4567"},
        example=ONE_RECORD,
    )
    async def update_record(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        record_id: RecordId,
        versions: Injected[Versions],
        data: RecordBody,
    ) -> Prepared[RecordResponse]:
        """Change some fields."""
        return _record(await records.update(tenant, access, object_name, record_id, data, versions))

    @delete(
        "/{id:str}",
        operation_id="deleteRecord",
        summary="Put a record into the trash, or destroy it",
        description=(
            "What refers to it by a lookup with `cascade` goes along; what refers to it by `restrict` is in "
            "the way (409, with its objects and fields). Lookups with `set_null` are emptied when it is "
            "destroyed, and of its history no values stay then."
        ),
        response_description="It is gone.",
        responses=problems(409, 412),
        dependencies={"versions": IF_MATCH, "params": Query(DeleteQuery)},
    )
    async def delete_record(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        record_id: RecordId,
        versions: Injected[Versions],
        params: Injected[DeleteQuery],
    ) -> None:
        """Put a record into the trash, or destroy it."""
        permanent = params.permanent
        await records.delete(tenant, access, object_name, record_id, versions, permanent=permanent)

    @post(
        "/{id:str}/restore",
        status_code=200,
        operation_id="restoreRecord",
        summary="Take a record out of the trash",
        description="With what went there with it.",
        response_description="The record.",
        response_headers=[ETAG],
        responses=problems(409, 412),
        dependencies={"versions": IF_MATCH},
        example=ONE_RECORD,
    )
    async def restore_record(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        record_id: RecordId,
        versions: Injected[Versions],
    ) -> Prepared[RecordResponse]:
        """Take a record out of the trash."""
        return _record(await records.restore(tenant, access, object_name, record_id, versions))

    @get(
        "/{id:str}/history",
        operation_id="readRecordHistory",
        summary="Who changed what in a record, newest first",
        description=(
            "Who may read a record may read its history, in the trash as well. Of a destroyed record "
            "nothing is left but that it was destroyed, when and by whom."
        ),
        response_description="A page of changes.",
        dependencies={"params": Query(HistoryQuery)},
        example=HISTORY,
    )
    async def read_history(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        record_id: RecordId,
        params: Injected[HistoryQuery],
    ) -> HistoryPage:
        """The changes of a record."""
        page = await records.history(tenant, access, object_name, record_id, params.limit, params.cursor)
        return HistoryPage.of(page)

    @put(
        "/by/{uniqueField:str}/{value:path}",
        operation_id="putRecord",
        summary="Create or change the record that has this value in a unique field, or in several",
        description=(
            "For those who may create and update. Two who do it at once create one record. The body need not "
            "name the field; if it does, it says the same as the address. `If-Match` only changes, and only "
            "that version; `If-None-Match: *` only creates."
        ),
        response_description="It was there, and is like this now.",
        response_headers=[ETAG],
        responses={
            201: ResponseSpec(RecordResponse, description="It was created.", generate_examples=False),
            **problems(409, 412),
        },
        dependencies={"unique_values": _UNIQUE_VALUES, "versions": IF_MATCH, "only_new": ONLY_NEW},
        body_example={"first_name": "Ada", "last_name": "Lovelace"},
        example=ONE_RECORD,
    )
    async def put_record(
        self,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        records: Injected[RecordService],
        object_name: ObjectName,
        unique_field: UniqueField,
        unique_values: Injected[Sequence[str]],
        versions: Injected[Versions],
        only_new: Injected[bool],
        data: RecordBody,
    ) -> Prepared[RecordResponse]:
        """Create or change the record that has these values in a unique key."""
        key = (unique_field, unique_values)
        record, is_new = await records.put(
            tenant, access, object_name, key, data, if_match=versions, only_new=only_new
        )
        return _record(record, 201, _location(object_name, record)) if is_new else _record(record)


def _location(object_name: str, record: Record) -> RawHeader:
    return (b"location", f"/api/v1/data/{object_name}/{record.encodable['id']}".encode())


def _record(record: Record, status: int = 200, *more: RawHeader) -> Prepared[RecordResponse]:
    """The response with a written record. If the caller may not read all of it, the entity tag contains a
    digest, so that it differs from the tag of the whole record at the same version.
    """
    body = encoded({"data": record.encodable})
    tag = etag(record.version) if record.is_whole else digest_tag(body, record.version)
    return Prepared(json_bytes(body, status, headers=[tag, *more]))
