"""Bodies of objects and fields as drafts, and which definitions a caller sees."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, Final

import msgspec

from api.errors import InvalidBody
from api.requests.bodies import add_unknown
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.definitions.limits import MOST_INDEXES
from tenant_schema.objects.errors import FieldNotFound
from tenant_schema.objects.fields.translations import (
    DESCRIBED,
    NAMED_IN_NUMBERS,
    Texts,
    read_translations,
)
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.objects.model.object_indexes import ObjectIndex
from tenant_schema.problems import InvalidInput, Problem, ProblemCollector, ProblemList, suggestion
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = [
    "body_places",
    "field_changes",
    "field_draft",
    "object_changes",
    "object_draft",
    "readable_field",
    "readable_fields",
    "readable_object",
    "readable_objects",
]

_Body = Mapping[str, object]


class _Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fields: tuple[Annotated[str, msgspec.Meta(max_length=41)], ...]
    unique: bool = False


_FIELD_PROPERTIES: Final = {
    "name": ("name", str),
    "label": ("label", str),
    "type": ("type", str),
    "description": ("description", str),
    "required": ("required", bool),
    "unique": ("unique", bool),
    "index": ("indexed", bool),
    "searchable": ("searchable", bool),
    "history": ("history", bool),
    "default": ("default", object),
    "translations": ("translations", object),
}
_OBJECT_PROPERTIES: Final = {
    "name": ("name", str),
    "label": ("label", str),
    "pluralLabel": ("plural_label", str),
    "description": ("description", str),
    "nameField": ("name_field", str),
    "translations": ("translations", object),
}
_OBJECT_CHANGES: Final = {
    **_OBJECT_PROPERTIES,
    "fieldOrder": ("field_order", list),
    "indexes": ("object_indexes", list),
}
_WORDS: Final = {str: "Must be text.", bool: "Must be true or false.", list: "Must be a list of names."}
_MOST_FIELDS: Final = 1000
_MOST_SETTINGS: Final = 100


@contextmanager
def body_places() -> Iterator[None]:
    """Report problems by their places in the body, where settings are beside the other properties."""
    try:
        yield
    except InvalidInput as error:
        moved = ProblemList([replace(one, field=_place(one.field)) for one in error.problems])
        moved.left_out = error.left_out
        raise type(error)(moved) from error


def _place(field: str) -> str:
    parts = [part for part in field.split(".") if part != "settings"]
    return ".".join("index" if part == "indexed" else part for part in parts)


def object_draft(body: _Body) -> ObjectDraft:
    """The new object. Raises :class:`InvalidBody` for missing, unknown and wrongly typed properties."""
    given, wrong = _typed(body, _OBJECT_PROPERTIES)
    found = ProblemCollector()
    found.extend(wrong)
    add_unknown(body, (*_OBJECT_PROPERTIES, "fields", "indexes"), found)
    indexes = _indexes(body.get("indexes", []), found)
    _translate(given, NAMED_IN_NUMBERS, found)
    found.extend(_missing(body, ["name"]))
    drafts = _field_drafts(body.get("fields", []), found)
    if found.problems:
        raise InvalidBody(found.problems)
    label = given.get("label", _label(given["name"]))
    return ObjectDraft(
        **{"label": label, "plural_label": _plural(label)[:100], **given},
        fields=tuple(drafts),
        indexes=indexes,
    )


def object_changes(body: _Body) -> dict[str, Any]:
    """The changed properties of an object, by the names of the row's columns. Raises :class:`InvalidBody`."""
    given, wrong = _typed(body, _OBJECT_CHANGES)
    found = ProblemCollector()
    found.extend(wrong)
    if not all(isinstance(one, str) for one in given.get("field_order", ())):
        found.add("fieldOrder", "wrong-type", _WORDS[list])
    if "object_indexes" in given:
        given["object_indexes"] = _indexes(given["object_indexes"], found)
    _translate(given, NAMED_IN_NUMBERS, found)
    add_unknown(body, tuple(_OBJECT_CHANGES), found)
    if found.problems:
        raise InvalidBody(found.problems)
    return given


def field_draft(body: _Body) -> FieldDraft:
    """The new field of a body. The field type validates the settings. Raises :class:`InvalidBody`."""
    draft, problems = _read_field(body)
    if draft is None:
        raise InvalidBody(problems)
    return draft


def field_changes(body: _Body) -> dict[str, Any]:
    """The changed properties of a field, by the names of a draft. Raises :class:`InvalidBody`."""
    given, problems = _typed_field(body)
    if problems:
        raise InvalidBody(problems)
    settings = {name: value for name, value in body.items() if name not in _FIELD_PROPERTIES}
    return {**given, "settings": settings} if settings else given


def _indexes(given: object, found: ProblemCollector) -> tuple[ObjectIndex, ...]:
    """The indexes of a body: lists of fields, or objects with ``fields`` and ``unique``."""
    if not isinstance(given, list) or len(given) > MOST_INDEXES:
        found.add("indexes", "wrong-type", f"Must be a list of at most {MOST_INDEXES} indexes.")
        return ()
    indexes = []
    for at, one in enumerate(given):
        try:
            indexes.append(msgspec.convert({"fields": one} if isinstance(one, list) else one, _Index))
        except msgspec.ValidationError:
            found.add(
                f"indexes.{at}",
                "wrong-type",
                'Must be a list of fields, or {"fields": [...], "unique": true}.',
            )
    return tuple([ObjectIndex(one.fields, one.unique) for one in indexes])


def _field_drafts(given: object, found: ProblemCollector) -> list[FieldDraft]:
    if not isinstance(given, list) or len(given) > _MOST_FIELDS:
        found.add("fields", "wrong-type", f"Must be a list of at most {_MOST_FIELDS:,} fields.")
        return []
    drafts = []
    for at, one in enumerate(given):
        if not isinstance(one, Mapping):
            found.add(f"fields.{at}", "wrong-type", "Must be an object.")
            continue
        draft, wrong = _read_field(one)
        found.extend(replace(problem, field=f"fields.{at}.{problem.field}") for problem in wrong)
        drafts += [draft] if draft is not None else []
    return drafts


def _read_field(body: _Body) -> tuple[FieldDraft | None, list[Problem]]:
    given, problems = _typed_field(body)
    problems += _missing(body, ["name", "type"])
    if problems:
        return None, problems
    settings = {name: value for name, value in body.items() if name not in _FIELD_PROPERTIES}
    return FieldDraft(**{"label": _label(given["name"]), **given}, settings=settings), []


def _typed_field(body: _Body) -> tuple[dict[str, Any], list[Problem]]:
    given, problems = _typed(body, _FIELD_PROPERTIES)
    found = ProblemCollector()
    _translate(given, DESCRIBED, found)
    problems += found.problems
    if len(body) > _MOST_SETTINGS:
        problems.append(Problem("", "too-many-settings", f"A field has at most {_MOST_SETTINGS} settings."))
    return given, problems


def _translate(given: dict[str, Any], texts: Texts, found: ProblemCollector) -> None:
    """Check the translations among the properties. Null is none."""
    if (translations := given.get("translations")) is not None:
        given["translations"] = read_translations("translations", translations, texts, found)
    elif "translations" in given:
        given["translations"] = {}


def _typed(body: _Body, known: Mapping[str, tuple[str, type]]) -> tuple[dict[str, Any], list[Problem]]:
    given: dict[str, Any] = {}
    problems = []
    for name, value in body.items():
        if name in known:
            ours, kind = known[name]
            if isinstance(value, kind):
                given[ours] = value
            else:
                problems.append(Problem(name, "wrong-type", _WORDS[kind]))
    return given, problems


def _missing(body: _Body, names: Sequence[str]) -> list[Problem]:
    return [Problem(name, "required", "Must be given.") for name in names if name not in body]


def _label(name: str) -> str:
    """The default label of a name: ``Close date`` for ``close_date``."""
    return name[:100].replace("_", " ").capitalize()[:100]


def _plural(label: str) -> str:
    """The default plural of a label. Many objects are named in the plural (``tickets``) already.

    >>> [_plural(label) for label in ("Tickets", "Deal", "Company", "Address", "Key", "Box")]
    ['Tickets', 'Deals', 'Companies', 'Addresses', 'Keys', 'Boxes']
    """
    if label.endswith(("ss", "x", "ch", "sh")):
        return f"{label}es"
    if label.endswith("y") and label[-2:-1] not in "aeiou":
        return f"{label[:-1]}ies"
    return label if label.endswith("s") else f"{label}s"


async def readable_objects(
    catalog: Catalog, scope: TenantScope, access: Access
) -> list[tuple[ObjectModel, list[FieldModel]]]:
    """The objects and fields that the caller may read; all of them for callers with ``objects:manage``."""
    objects = await catalog.all(scope)
    return [
        (one, await readable_fields(catalog, scope, access, one))
        for one in objects.values()
        if _manages(access) or access.allows(one.name, "read")
    ]


async def readable_object(catalog: Catalog, scope: TenantScope, access: Access, name: str) -> ObjectModel:
    """An object that the caller may read.

    Raises :class:`PermissionDenied`, which does not reveal whether the object exists, and
    :class:`ObjectNotFound`.
    """
    if not _manages(access):
        access.require(name, "read")
    return await catalog.get(scope, name)


async def readable_fields(
    catalog: Catalog, scope: TenantScope, access: Access, model: ObjectModel
) -> list[FieldModel]:
    """The fields of an object that the caller may read. Raises :class:`PermissionDenied`."""
    if _manages(access):
        return list(model.fields.values())
    access.require(model.name, "read")
    rights = SchemaView.of(access, await catalog.all(scope)).view(model.name).rights
    return [one for name, one in model.fields.items() if name in rights.readable]


async def readable_field(
    catalog: Catalog, scope: TenantScope, access: Access, model: ObjectModel, name: str
) -> FieldModel:
    """A field that the caller may read. Raises :class:`FieldNotFound` for any other."""
    fields = {one.name: one for one in await readable_fields(catalog, scope, access, model)}
    if name not in fields:
        raise FieldNotFound(model.name, name, suggestion(name, fields))
    return fields[name]


def _manages(access: Access) -> bool:
    return access.has("objects:manage")
