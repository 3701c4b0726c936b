"""Objects and fields in the admin, changed with the schema service."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from api.admin.columns import Column, TableSchema, json_column
from api.admin.memory_table import MemoryTable
from api.admin.site import Row
from api.admin.tenant.visitor import Visitor
from api.admin.values import problems_together
from api.errors import InvalidBody
from api.schemas.object_drafts import body_places, field_changes, field_draft, object_changes, object_draft
from api.schemas.objects import shown_index
from tenant_schema.objects.definitions.drafts import FieldDraft
from tenant_schema.objects.fields.lookup import ON_DELETE
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.problems import Problem

__all__ = ["DEFINITIONS", "FieldTable", "ObjectTable"]

DEFINITIONS: Final = "Definitions"
_OBJECT_WORDS: Final[Mapping[str, str]] = {
    "name": "name",
    "label": "label",
    "plural_label": "pluralLabel",
    "description": "description",
    "name_field": "nameField",
    "indexes": "indexes",
}
_EMPTY: Final[Mapping[str, Any]] = {name: [] if name == "indexes" else "" for name in _OBJECT_WORDS}
_FIELD_PROPERTIES: Final = (
    *("name", "label", "type", "description", "required", "unique", "index", "searchable", "history"),
    "default",
)
_LABEL_SIGN: Final = " = "


def _flag(name: str, title: str, help_text: str, **more: Any) -> Column:
    return Column(
        name=name, title=title, type="boolean", help_text=help_text, nullable=False, default=False, **more
    )


_NAME: Final = Column(
    name="name",
    title="Name",
    required=True,
    nullable=False,
    help_text="In addresses and filters: lower case letters, digits, single underscores.",
)
_OBJECTS: Final = TableSchema(
    title="Object",
    columns=[
        _NAME,
        Column(name="label", title="Label", help_text="What people call one of them."),
        Column(name="plural_label", title="Label of many"),
        Column(name="description", title="Description", listed=False),
        Column(name="name_field", title="Name field", help_text="The field that records are called by."),
        json_column("indexes", "Indexes", 'Over several fields: [["stage", "-created_at"]]'),
        Column(name="fields", title="Fields", type="integer", read_only=True),
        Column(name="standard", title="Comes with the product", type="boolean", read_only=True),
    ],
    link="name",
    order_by=("name", True),
    help_text="Each object is a table of this tenant's database.",
)


class ObjectTable(MemoryTable):
    """Objects. One with records is deleted with a form that asks twice."""

    checks_values = True

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(_OBJECTS, DEFINITIONS)
        self._visitor = visitor
        self._service = visitor.platform.schema

    async def all_rows(self) -> Sequence[Row]:
        """Every object."""
        objects = await self._visitor.platform.catalog.all(self._visitor.scope)
        return [_object_row(model) for model in objects.values()]

    async def create(self, values: Mapping[str, Any]) -> str:
        """Create an object without fields."""
        body = {_OBJECT_WORDS[name]: value for name, value in values.items() if value not in (None, "", [])}
        draft = object_draft({"name": "", **body})  # reported with all other problems
        with body_places():
            await self._service.create_object(self._visitor.scope, self._visitor.access, draft)
        return str((await self._visitor.platform.catalog.get(self._visitor.scope, draft.name)).id)

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change labels or the name. The records are kept."""
        name = (await self.row(row_id))["name"]
        changes = object_changes({_OBJECT_WORDS[one]: value or _EMPTY[one] for one, value in values.items()})
        with body_places():
            await self._service.change_object(self._visitor.scope, self._visitor.access, name, changes)

    async def delete(self, row_id: str) -> None:
        """Delete the object if it has no records."""
        name = (await self.row(row_id))["name"]
        await self._service.drop_object(self._visitor.scope, self._visitor.access, name)

    async def references(self) -> Sequence[tuple[str, str]]:
        """The object's fields."""
        return (("fields", "object"),)


class FieldTable(MemoryTable):
    """The fields of all objects, without system fields.

    The settings of a type are columns of their own; those without a widget are in ``settings``.
    """

    checks_values = True

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(TableSchema(title="Field", columns=()), DEFINITIONS)
        self._visitor = visitor
        self._service = visitor.platform.schema

    async def schema(self) -> TableSchema:
        """The columns. The choices of a lookup's target are the existing objects."""
        targets = {"users": "users"} | {name: name for name in await self._objects()}
        return TableSchema(
            title="Field",
            columns=[*_naming_columns(), *_settings_columns(targets)],
            link="name",
            order_by=("object", True),
            help_text="Each field is a column of its object's table. Adding and renaming them is online.",
        )

    async def all_rows(self) -> Sequence[Row]:
        """Every field."""
        return [
            _field_row(model, field)
            for model in (await self._objects()).values()
            for field in model.fields.values()
            if not field.system
        ]

    async def create(self, values: Mapping[str, Any]) -> str:
        """Create a field. Existing records get its default."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        body = {"name": "", **_body(given)}
        if not values.get("object"):
            missing = [Problem("object", "required", "a value is needed")]
            await problems_together(missing, _draft_of(body))
        model, draft = await self._object(values["object"]), field_draft(body)
        with body_places():
            await self._service.add_field(self._visitor.scope, self._visitor.access, model.name, draft)
        added = (await self._visitor.platform.catalog.get(self._visitor.scope, model.name)).fields
        return str(added[draft.name].id)

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change a field, as far as its values allow."""
        row = await self.row(row_id)
        if "object" in values:
            raise InvalidBody([Problem("object", "kept", "a field stays with its object")])
        model = await self._object(row["object"])
        changes = field_changes(_body(values, model.fields[row["name"]].settings.get("options", ())))
        with body_places():
            await self._service.change_field(
                self._visitor.scope, self._visitor.access, model.name, row["name"], changes
            )

    async def delete(self, row_id: str) -> None:
        """Delete the field if no record has a value of it."""
        row = await self.row(row_id)
        model = await self._object(row["object"])
        await self._service.drop_field(self._visitor.scope, self._visitor.access, model.name, row["name"])

    async def _objects(self) -> Mapping[str, ObjectModel]:
        return await self._visitor.platform.catalog.all(self._visitor.scope)

    async def _object(self, object_id: str) -> ObjectModel:
        for model in (await self._objects()).values():
            if str(model.id) == object_id:
                return model
        raise InvalidBody([Problem("object", "reference-not-found", "there is no such object")])


async def _draft_of(body: Mapping[str, Any]) -> FieldDraft:
    return field_draft(body)


def _object_row(model: ObjectModel) -> Row:
    return {
        "id": str(model.id),
        "name": model.name,
        "label": model.label,
        "plural_label": model.plural_label,
        "description": model.description,
        "name_field": model.name_field,
        "indexes": msgspec.json.encode([shown_index(one) for one in model.indexes]).decode(),
        "fields": sum(not field.system for field in model.fields.values()),
        "standard": model.standard,
    }


def _field_row(model: ObjectModel, field: FieldModel) -> Row:
    settings = dict(field.settings)
    options = settings.pop("options", None)
    return {
        "id": str(field.id),
        "object": str(model.id),
        "object_readable": model.name,
        **{name: getattr(field, name) for name in ("name", "label", "description", "required", "unique")},
        "type": field.type.name,
        "index": field.indexed,
        "searchable": field.searchable,
        "history": field.history,
        "default": None if field.default is None else msgspec.json.encode(field.default).decode(),
        "options": None if options is None else [_option_text(one) for one in options],
        "target": settings.pop("target", None),
        "on_delete": settings.pop("onDelete", None),
        "settings": msgspec.json.encode(settings).decode() if settings else None,
        "standard": field.standard,
    }


def _body(values: Mapping[str, Any], options: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return a field as in a REST request.

    :param options: as they are, with colours and translations, which the form leaves out.
    """
    known = {option["value"]: option for option in options}
    body = {name: values[name] for name in _FIELD_PROPERTIES if name in values}
    body |= {name: body[name] or "" for name in ("label", "description") if name in body}
    if values.get("options"):
        given = [_option(text) for text in values["options"]]
        body["options"] = [{**known.get(one["value"], {}), **one} for one in given]
    if values.get("target"):
        body["target"] = values["target"]
    if values.get("on_delete"):
        body["onDelete"] = values["on_delete"]
    more = values.get("settings")
    if more is None or isinstance(more, dict):
        return body | (more or {})
    return body | {"settings": more}  # which is no setting of any type


def _option(text: str) -> dict[str, str]:
    """Parse an option: ``won = Won for good`` is the value ``won`` with a label."""
    value, sign, label = text.partition(_LABEL_SIGN)
    return {"value": value.strip(), "label": label.strip() if sign else value.strip()}


def _option_text(option: Mapping[str, str]) -> str:
    if option["label"] == option["value"]:
        return option["value"]
    return f"{option['value']}{_LABEL_SIGN}{option['label']}"


def _naming_columns() -> list[Column]:
    types = {name: kind.label for name, kind in FIELD_TYPES.items()}
    return [
        Column(name="object", title="Object", format="uuid", to="objects", required=True, nullable=False),
        _NAME,
        Column(name="label", title="Label", help_text="What people read."),
        Column(name="type", title="Type", choices=types, required=True, nullable=False, default="text"),
        Column(name="description", title="Description", listed=False),
        _flag("required", "Required", "Whether every record must have a value."),
        _flag("unique", "Unique", "Whether no two records may have the same value."),
        _flag("index", "Index", "Whether lists are often filtered or sorted by it.", listed=False),
        _flag("searchable", "Searchable", "Whether search looks into it.", listed=False),
        Column(
            name="history",
            title="History",
            type="boolean",
            help_text="Whether changes of it are kept.",
            nullable=False,
            default=True,
            listed=False,
        ),
    ]


def _settings_columns(targets: Mapping[str, str]) -> list[Column]:
    return [
        Column(
            name="options",
            title="Options",
            type="array",
            help_text="Of a select: one value each, or value = label.",
            listed=False,
            filterable=False,
            sortable=False,
        ),
        Column(name="target", title="Looks up", choices=targets, help_text="Of a lookup."),
        Column(
            name="on_delete",
            title="When that is destroyed",
            choices={one: one.replace("_", " ") for one in ON_DELETE},
            help_text="Of a lookup.",
            listed=False,
        ),
        json_column("default", "Default", "What a new record gets, as JSON: 5, true, or a text in quotes."),
        json_column(
            "settings", "Other settings", 'Such as {"maxLength": 80} or {"precision": 12, "scale": 2}.'
        ),
        Column(name="standard", title="Comes with the product", type="boolean", read_only=True),
    ]
