"""The requests of Piccolo Admin's front end after sign-in, by method and path."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from litestar.exceptions import MethodNotAllowedException, NotFoundException

from api.admin.columns import Column
from api.admin.errors import Outdated, ReadOnly
from api.admin.listing import Listing, parse_listing
from api.admin.site import Form, Row, Table, Visit
from api.admin.values import accept, changed, problems_together, read
from api.errors import InvalidBody
from api.requests.request import ApiRequest, TenantRequest
from api.responses import NOT_STORED, RawResponse, Stream, empty, json
from tenant_schema.problems import Problem
from tenant_schema.records.csv.export_csv import chained

__all__ = ["respond"]

_Handler = Callable[[ApiRequest, Visit, tuple[str, ...]], Awaitable[RawResponse | Stream]]
_MOST_NAMES: Final = 200
_FURTHEST: Final = 1_000_000


async def respond(request: ApiRequest, visit: Visit, segments: tuple[str, ...]) -> RawResponse | Stream:
    """Return the response. Raises Litestar's 404 and 405 for paths and methods that no page uses."""
    methods: dict[str, tuple[_Handler, tuple[str, ...]]] = {}
    for method, pattern, handler in _ROUTES:
        if len(pattern) == len(segments):
            given = tuple(have for want, have in zip(pattern, segments, strict=True) if want == "*")
            if all(want in ("*", have) for want, have in zip(pattern, segments, strict=True)):
                methods.setdefault(method, (handler, given))
    if not methods:
        raise NotFoundException
    if request.method not in methods:
        raise MethodNotAllowedException(headers={"allow": ", ".join(methods)})
    chosen, arguments = methods[request.method]
    return await chosen(request, visit, arguments)


async def _user(_request: ApiRequest, visit: Visit, _: tuple[str, ...]) -> RawResponse:
    return json({"username": visit.name, "user_id": visit.user_id})


async def _links(_request: ApiRequest, visit: Visit, _: tuple[str, ...]) -> RawResponse:
    return json(dict(await visit.links()))


async def _table_names(_request: ApiRequest, visit: Visit, _: tuple[str, ...]) -> RawResponse:
    return json(list(await visit.tables()))


async def _table_groups(_request: ApiRequest, visit: Visit, _: tuple[str, ...]) -> RawResponse:
    groups: dict[str, list[str]] = {}
    for name, table in (await visit.tables()).items():
        groups.setdefault(table.group, []).append(name)
    return json({"grouped": groups, "ungrouped": []})


async def _schema(_request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    return json((await (await _table(visit, given[0])).schema()).document())


async def _references(_request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    found = await (await _table(visit, given[0])).references()
    return json({"references": [{"tableName": name, "columnName": column} for name, column in found]})


async def _names(request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    asked = dict(request.pairs())
    limit, offset = _number(asked, "limit", 25, _MOST_NAMES), _number(asked, "offset", 0, _FURTHEST)
    table = await _table(visit, given[0])
    return json(dict(await table.names(asked.get("search", ""), limit, offset)))


async def _rows(request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    table, listing = await _list(request, visit, given[0])
    rows = await table.rows(listing)
    return json({"rows": [_shown(row, listing.columns) for row in rows]}, headers=[NOT_STORED])


async def _count(request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    table, listing = await _list(request, visit, given[0])
    return json({"count": await table.count(listing), "page_size": listing.page_size})


async def _export(request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> Stream:
    """Export all pages of the list."""
    table, listing = await _list(request, visit, given[0])
    if isinstance(request, TenantRequest):
        request.hold(request.platform.long_requests.exports.take(request.tenant.id))
    pieces = table.export(listing, readable=dict(request.pairs()).get("__readable") == "true")
    first = await anext(pieces)  # errors are raised before the file begins
    headers = [
        (b"content-type", b"text/csv; charset=utf-8; header=present"),
        (b"content-disposition", f'attachment; filename="{given[0]}.csv"'.encode()),
        NOT_STORED,
    ]
    return Stream(chained(first, pieces), headers)


async def _row(_request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    table = await _table(visit, given[0])
    row = await table.row(given[1])
    columns = (await table.schema()).by_name
    return json(_shown(row, tuple(columns)), headers=[NOT_STORED])


async def _new(_request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    schema = await (await _table(visit, given[0])).schema()
    return json({column.name: column.default for column in schema.columns})


async def _create(request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    table = await _table(visit, given[0])
    schema = await table.schema()
    if not schema.can_add:
        raise ReadOnly(f"No {schema.title} can be added here.")
    body = await request.read_object()
    ours = [column for column in schema.columns if not column.read_only]
    read_only = {column.name for column in schema.columns if column.read_only}
    values, problems = _values(table, ours, {name: body[name] for name in body if name not in read_only})
    return json([{"id": await problems_together(problems, table.create(values), columns=ours)}], 201)


async def _update(request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    table = await _table(visit, given[0])
    schema = await table.schema()
    if not schema.can_change:
        raise ReadOnly(f"{schema.title} cannot be changed here.")
    body = await request.read_object()
    row = await table.row(given[1])
    changes = changed(schema.by_name, body, row)
    if "version" in changes and "version" in row:
        raise Outdated
    _refuse_read_only(schema.by_name, changes)
    values, problems = _values(table, schema.columns, changes, whole=False)
    await problems_together(problems, table.update(given[1], values), columns=schema.columns)
    return await _row(request, visit, given)


async def _delete(_request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    table = await _table(visit, given[0])
    schema = await table.schema()
    if not schema.can_delete:
        raise ReadOnly(f"{schema.title} cannot be deleted here.")
    await table.delete(given[1])
    return empty()


async def _form_list(_request: ApiRequest, visit: Visit, _: tuple[str, ...]) -> RawResponse:
    return json([_described(form) for form in await visit.forms()])


async def _form_groups(_request: ApiRequest, visit: Visit, _: tuple[str, ...]) -> RawResponse:
    groups: dict[str, list[dict[str, str]]] = {}
    for form in await visit.forms():
        groups.setdefault(form.group, []).append(_described(form))
    return json({"grouped": groups, "ungrouped": []})


async def _form_config(_request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    return json(_described(await _form(visit, given[0])))


async def _form_schema(_request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    form = await _form(visit, given[0])
    fields = await form.fields()
    return json(
        {
            "extra": {"time_resolution": {}},
            "properties": {field.name: field.property_schema() for field in fields},
            "required": [field.name for field in fields if field.required],
            "title": form.name,
            "type": "object",
        }
    )


async def _submit(request: ApiRequest, visit: Visit, given: tuple[str, ...]) -> RawResponse:
    form = await _form(visit, given[0])
    fields = await form.fields()
    values, problems = _values(form, fields, await request.read_object())
    message = await problems_together(problems, form.submit(values), columns=fields)
    return json({"custom_form_success": message}, headers=[NOT_STORED])


async def _change_password(request: ApiRequest, visit: Visit, _: tuple[str, ...]) -> RawResponse:
    given = await request.read_object()
    current, new, again = (
        given.get(name) for name in ("current_password", "new_password", "confirm_new_password")
    )
    if not (isinstance(current, str) and isinstance(new, str)) or new != again:
        raise InvalidBody([Problem("new", "not-the-same", "The new password must be given twice.")])
    await visit.change_password(current, new)
    return empty()


def _values(
    owner: Table | Form, columns: Sequence[Column], given: Mapping[str, Any], *, whole: bool = True
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the submitted values, and the errors of unreadable ones."""
    return read(columns, given) if owner.checks_values else (accept(columns, given, whole=whole), [])


async def _table(visit: Visit, name: str) -> Table:
    table = (await visit.tables()).get(name)
    if table is None:
        raise NotFoundException
    return table


async def _form(visit: Visit, slug: str) -> Form:
    found = next((form for form in await visit.forms() if _slug(form) == slug), None)
    if found is None:
        raise NotFoundException
    return found


async def _list(request: ApiRequest, visit: Visit, name: str) -> tuple[Table, Listing]:
    table = await _table(visit, name)
    return table, parse_listing(request.pairs(), await table.schema())


def _described(form: Form) -> dict[str, str]:
    return {"name": form.name, "slug": _slug(form), "description": form.description}


def _slug(form: Form) -> str:
    return form.name.lower().replace(" ", "-")


def _shown(row: Row, columns: tuple[str, ...]) -> dict[str, Any]:
    """Return the requested columns of the row, each lookup with the name of its record."""
    wanted = dict.fromkeys(columns)
    shown = {name: row[name] for name in wanted if name in row}
    names = {f"{name}_readable": row[f"{name}_readable"] for name in wanted if f"{name}_readable" in row}
    return shown | names


def _refuse_read_only(columns: Mapping[str, Column], given: Mapping[str, Any]) -> None:
    refused = [columns[name] for name in given if name in columns and columns[name].read_only]
    if refused:
        raise InvalidBody([Problem(one.name, "read-only", "cannot be changed here") for one in refused])


def _number(asked: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = asked.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdecimal() and len(text) < 9:
        return min(int(text), most)
    raise InvalidBody([Problem(name, "out-of-range", "must be a number")])


_ROUTES: Final[tuple[tuple[str, tuple[str, ...], _Handler], ...]] = (
    ("GET", ("user",), _user),
    ("GET", ("links",), _links),
    ("GET", ("tables",), _table_names),
    ("GET", ("tables", "grouped"), _table_groups),
    ("GET", ("tables", "*"), _rows),
    ("POST", ("tables", "*"), _create),
    ("GET", ("tables", "*", "schema"), _schema),
    ("GET", ("tables", "*", "references"), _references),
    ("GET", ("tables", "*", "ids"), _names),
    ("GET", ("tables", "*", "count"), _count),
    ("GET", ("tables", "*", "new"), _new),
    ("GET", ("tables", "*", "export.csv"), _export),
    ("GET", ("tables", "*", "*"), _row),
    ("PATCH", ("tables", "*", "*"), _update),
    ("DELETE", ("tables", "*", "*"), _delete),
    ("GET", ("forms",), _form_list),
    ("GET", ("forms", "grouped"), _form_groups),
    ("GET", ("forms", "*"), _form_config),
    ("POST", ("forms", "*"), _submit),
    ("GET", ("forms", "*", "schema"), _form_schema),
    ("POST", ("change-password",), _change_password),
)
