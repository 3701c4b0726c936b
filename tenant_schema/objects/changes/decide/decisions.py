"""Decides changes: from the definitions and a request to the new definitions, checked as a whole. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from tenant_schema.objects.changes.decide.conversions import check_conversion
from tenant_schema.objects.changes.decide.definitions import (
    Definitions,
    field_draft,
    field_drafts,
    object_draft,
)
from tenant_schema.objects.definitions.checks import check_object, field_row, object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.definitions.index_checks import marked
from tenant_schema.objects.definitions.limits import with_storage
from tenant_schema.objects.definitions.row_budget import RowLimits, Storage
from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.errors import FieldInIndex, NameTaken, StandardKept, StillLookedUp
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.model.rows import FieldRow, ObjectRow
from tenant_schema.objects.model.search_index import SEARCHABLE_TYPES
from tenant_schema.problems import InvalidInput, Problem, suggestion

__all__ = [
    "Decision",
    "decide_adding_field",
    "decide_changing_field",
    "decide_changing_object",
    "decide_creating",
    "decide_dropping",
    "decide_dropping_field",
]

_KEPT_OF_STANDARD = ("name", "type", "unique", "maxLength", "precision", "scale", "target", "onDelete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The definitions before and after a change.

    :ivar object: its name before the change. :ivar after_name: its name afterwards; None if it is dropped.
    :ivar added: the name of a new field. :ivar changed: the names of a changed field before and after.
    :ivar dropped: the name of a dropped field.
    """

    kind: str
    object: str
    after_name: str | None
    before: Definitions
    after: Definitions
    names: NameChanges
    added: str | None = None
    changed: tuple[str, str] | None = None
    dropped: str | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether the object is created."""
        return self.kind == "create object"


def decide_creating(now: Definitions, draft: ObjectDraft) -> Decision:
    """Decide the creation of an object. Raises InvalidInput and NameTaken."""
    problems = [*check_object(draft, now.names, now.limits), *_name_field_problems(draft)]
    problems += [
        replace(problem, field=f"fields.{at}.{problem.field}")
        for at, one in enumerate(draft.fields)
        for problem in _search_problems(one)
    ]
    if problems:
        raise InvalidInput(problems)
    _refuse_taken_object(now, draft.name)
    after = now.with_object(*object_rows(draft, limits=now.limits))
    names = NameChanges(object=draft.name)
    return Decision(
        kind="create object",
        object=draft.name,
        after_name=draft.name,
        before=now,
        after=after,
        names=names,
    )


def decide_changing_object(now: Definitions, name: str, changes: Mapping[str, Any]) -> Decision:
    """Decide a change of an object's texts, name, indexes or order of fields. ``field_order`` has
    the names of all fields.

    Raises InvalidInput, NameTaken and StandardKept.
    """
    row, fields = now.object(name)
    given = {key: value for key, value in changes.items() if key != "field_order"}
    new_row = msgspec.structs.replace(row, **given)
    new_name = new_row.name
    if row.standard and new_name != name:
        raise StandardKept(name, "name")
    draft = object_draft(new_row, fields)
    found = check_object(draft, now.names, now.limits, positions=())
    problems = [one for one in found if not one.field.startswith("fields.")]
    problems += _name_field_problems(draft) + _order_problems(draft, changes.get("field_order"))
    if problems:
        raise InvalidInput(problems)
    if new_name != name:
        _refuse_taken_object(now, new_name)
    if new_row.object_indexes != row.object_indexes:
        fields = _stored_for(draft, fields, now.limits)
    after = now.with_object(new_row, _ordered(fields, changes.get("field_order")))
    names = NameChanges(object=name, object_renamed_to=new_name if new_name != name else None)
    if new_name != name:
        after = after.retargeted(name, new_name)
    return Decision(
        kind="change object", object=name, after_name=new_name, before=now, after=after, names=names
    )


def _stored_for(draft: ObjectDraft, fields: Sequence[FieldRow], limits: RowLimits) -> list[FieldRow]:
    """The fields as the object's indexes need them stored."""
    decided = with_storage(draft.fields, limits)
    return [
        msgspec.structs.replace(row, storage=one.storage or "", sort_key=bool(one.sort_key))
        for row, one in zip(fields, decided, strict=True)
    ]


def _ordered(fields: Sequence[FieldRow], order: Sequence[str] | None) -> list[FieldRow]:
    if order is None:
        return list(fields)
    positions = {name: at for at, name in enumerate(order)}
    placed = [msgspec.structs.replace(one, position=positions[one.name]) for one in fields]
    return sorted(placed, key=lambda one: one.position)


def _order_problems(draft: ObjectDraft, order: Sequence[str] | None) -> list[Problem]:
    names = sorted(one.name for one in draft.fields)
    if order is None or sorted(order) == names:
        return []
    return [Problem("fieldOrder", "wrong-order", f"must be each of {', '.join(names)}, once")]


def decide_dropping(now: Definitions, name: str) -> Decision:
    """Decide the drop of an object. Raises StandardKept and StillLookedUp."""
    row, _ = now.object(name)
    if row.standard:
        raise StandardKept(name, "table")
    others = [f"{one}.{its}" for one, its in now.lookups(name) if one != name]
    if others:
        raise StillLookedUp(name, others)
    names = NameChanges(object=name, object_dropped=True)
    return Decision(
        kind="drop object",
        object=name,
        after_name=None,
        before=now,
        after=now.without(name),
        names=names,
    )


def decide_adding_field(now: Definitions, name: str, draft: FieldDraft) -> Decision:
    """Decide the addition of a field. Raises InvalidInput and NameTaken."""
    row, fields = now.object(name)
    _check_field(now, row, fields, draft, len(fields))
    if any(one.name == draft.name for one in fields):
        raise NameTaken("field", draft.name)
    position = max((one.position for one in fields), default=-1) + 1
    kept = with_storage([*field_drafts(row, fields), draft], now.limits)[-1]
    new = field_row(kept, row.id, position)
    return Decision(
        kind="add field",
        object=name,
        after_name=name,
        before=now,
        after=now.with_object(row, [*fields, new]),
        names=NameChanges(object=name),
        added=draft.name,
    )


def decide_changing_field(
    now: Definitions, name: str, field_name: str, changes: Mapping[str, Any]
) -> Decision:
    """Decide a change of a field's texts, name, settings or type.

    :param changes: new values of a :class:`FieldDraft`. Settings that are not given are kept, unless the type
        changes.

    Indexes over the field follow its name. Raises InvalidInput, NameTaken, StandardKept and
    ConversionRefused.
    """
    row, fields = now.object(name)
    old = now.field(name, field_name)
    draft = _changed_draft(old, changes)
    if old.standard:
        _keep_standard(old, draft)
    at = fields.index(old)
    if draft.type in FIELD_TYPES:
        check_conversion(old.type, draft.type)
    _check_field(now, row, fields, draft, at)
    if draft.name != field_name and any(one.name == draft.name for one in fields):
        raise NameTaken("field", draft.name)
    drafts = [draft if one is old else field_draft(one) for one in fields]
    new_row = _renamed_in(row, field_name, draft.name)
    kept = with_storage(marked(drafts, new_row.object_indexes), now.limits)[at]
    new = field_row(kept, row.id, old.position)
    new = msgspec.structs.replace(new, id=old.id, column_name=old.column_name, standard=old.standard)
    others = [new if one is old else one for one in fields]
    renamed = {field_name: draft.name} if draft.name != field_name else {}
    return Decision(
        kind="change field",
        object=name,
        after_name=name,
        before=now,
        after=now.with_object(new_row, others),
        names=NameChanges(object=name, fields_renamed=renamed),
        changed=(field_name, draft.name),
    )


def decide_dropping_field(now: Definitions, name: str, field_name: str) -> Decision:
    """Decide the drop of a field. Raises StandardKept, and FieldInIndex while an index is over it."""
    row, fields = now.object(name)
    old = now.field(name, field_name)
    if old.standard:
        raise StandardKept(f"{name}.{field_name}", "column")
    over = [one for one in row.object_indexes if field_name in one.names]
    if over:
        raise FieldInIndex(field_name, [one.fields for one in over])
    new_row = msgspec.structs.replace(row, name_field="") if row.name_field == field_name else row
    return Decision(
        kind="drop field",
        object=name,
        after_name=name,
        before=now,
        after=now.with_object(new_row, [one for one in fields if one is not old]),
        names=NameChanges(object=name, fields_dropped=(field_name,)),
        dropped=field_name,
    )


def _renamed_in(row: ObjectRow, old: str, new: str) -> ObjectRow:
    """The object after a field got another name."""
    if old == new:
        return row
    indexes = tuple([one.renamed({old: new}) for one in row.object_indexes])
    name_field = new if row.name_field == old else row.name_field
    return msgspec.structs.replace(row, name_field=name_field, object_indexes=indexes)


def _refuse_taken_object(now: Definitions, name: str) -> None:
    if name in now.names:
        raise NameTaken("object", name)


def _changed_draft(old: FieldRow, changes: Mapping[str, Any]) -> FieldDraft:
    draft = field_draft(old)
    if not changes.keys().isdisjoint({"type", "unique", "indexed"}):
        draft = replace(draft, sort_key=None)
    given = {key: value for key, value in changes.items() if key != "settings"}
    if given.get("type", draft.type) != draft.type:
        kept = Storage.PACKED if draft.storage == Storage.PACKED else Storage.PLAIN
        draft = replace(draft, settings={}, storage=kept.value)
    return replace(draft, **given, settings={**draft.settings, **changes.get("settings", {})})


def _keep_standard(old: FieldRow, draft: FieldDraft) -> None:
    was = {"name": old.name, "type": old.type, "unique": old.unique, **old.settings}
    new = {"name": draft.name, "type": draft.type, "unique": draft.unique, **draft.settings}
    for one in _KEPT_OF_STANDARD:
        if one in new and new[one] != was.get(one):
            raise StandardKept(old.name, one)


def _check_field(
    now: Definitions,
    row: ObjectRow,
    fields: Sequence[FieldRow],
    draft: FieldDraft,
    at: int,
) -> None:
    """Raise InvalidInput for the problems of one field in its object, ignoring those of other fields."""
    old_name = fields[at].name if at < len(fields) else draft.name
    drafts = [field_draft(one) for one in fields]
    drafts[at : at + 1] = [draft]
    whole = replace(object_draft(_renamed_in(row, old_name, draft.name), []), fields=tuple(drafts))
    place = f"fields.{at}."
    found = check_object(whole, now.names, now.limits, positions={at})
    problems = [
        replace(one, field=one.field.removeprefix(place))
        for one in found
        if one.field.startswith(place) and one.code != "duplicate-name"
    ]
    problems += [one for one in found if one.field == "fields" or one.field.startswith("indexes.")]
    problems += _search_problems(draft)
    if problems:
        raise InvalidInput(problems)


def _search_problems(draft: FieldDraft) -> list[Problem]:
    if not draft.searchable or draft.type in SEARCHABLE_TYPES:
        return []
    message = f"a {draft.type} holds no text to search"
    return [Problem("searchable", "not-searchable", message)]


def _name_field_problems(draft: ObjectDraft) -> list[Problem]:
    names = [one.name for one in draft.fields]
    if not draft.name_field or draft.name_field in names:
        return []
    message = f"there is no field {draft.name_field!r}"
    return [Problem("nameField", "unknown-field", message, suggestion(draft.name_field, names))]
