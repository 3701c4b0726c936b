"""Every kind of change, as it is done, and how the definitions look afterwards."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.model import ObjectModel
from tests.tenant_schema.objects.changes.worlds import Tenant

_Model = ObjectModel | None


@dataclass(frozen=True)
class Scenario:
    """``has_happened`` tells it from the object of that name and the one of its new name."""

    change: Callable[[Tenant, str], Awaitable[Any]]
    has_happened: Callable[[_Model, _Model], bool]
    searched: bool = False
    """Whether the object has a search index before."""


def _field(name: str, **facts: Any) -> FieldDraft:
    return FieldDraft(**{"name": name, "label": name.title(), "type": "text"} | facts)


def _adds(draft: FieldDraft, *, searched: bool = False) -> Scenario:
    return Scenario(
        lambda tenant, name: tenant.add_field(name, draft),
        lambda model, _: model is not None and draft.name in model.fields,
        searched,
    )


def _changes(
    its: str, changes: dict[str, Any], is_so: Callable[[Any], bool], *, searched: bool = False
) -> Scenario:
    return Scenario(
        lambda tenant, name: tenant.change_field(name, its, changes),
        lambda model, _: model is not None and its in model.fields and is_so(model.fields[its]),
        searched,
    )


def _drops(its: str, *, searched: bool = False) -> Scenario:
    return Scenario(
        lambda tenant, name: tenant.drop_field(name, its, its),
        lambda model, _: model is not None and its not in model.fields,
        searched,
    )


SCENARIOS = {
    "create object": Scenario(
        lambda tenant, name: tenant.create(
            ObjectDraft(
                name=f"{name}_new",
                label="New",
                plural_label="New",
                fields=(
                    _field("title", searchable=True, unique=True),
                    _field("number", type="auto_number"),
                    _field("thing", type="lookup", settings={"target": name}),
                ),
            )
        ),
        lambda _, new: new is not None,
    ),
    "rename object": Scenario(
        lambda tenant, name: tenant.change(name, {"name": f"{name}_new", "label": "New"}),
        lambda model, _: model is None,
    ),
    "drop object": Scenario(
        lambda tenant, name: tenant.drop(name, name), lambda model, _: model is None, searched=True
    ),
    "add field": _adds(_field("extra", default="x", indexed=True)),
    "add searched field": _adds(_field("extra", searchable=True), searched=True),
    "add lookup": _adds(
        _field("extra", type="lookup", settings={"target": "accounts", "onDelete": "restrict"})
    ),
    "add number": _adds(_field("extra", type="auto_number", settings={"format": "N-{00}"})),
    "rename field": Scenario(
        lambda tenant, name: tenant.change_field(name, "code", {"name": "extra"}),
        lambda model, _: model is not None and "extra" in model.fields,
    ),
    "change length": _changes(
        "code", {"settings": {"maxLength": 80}}, lambda one: one.settings["maxLength"] == 80
    ),
    "change type": _changes("amount", {"type": "decimal"}, lambda one: one.type.name == "decimal"),
    "change to moments": _changes("due", {"type": "datetime"}, lambda one: one.type.name == "datetime"),
    "change onDelete": _changes(
        "partner", {"settings": {"onDelete": "cascade"}}, lambda one: one.settings["onDelete"] == "cascade"
    ),
    "make required": _changes("title", {"required": False}, lambda one: not one.required),
    "make unique": _changes("code", {"unique": True, "indexed": False}, lambda one: one.unique),
    "drop index": _changes("code", {"indexed": False}, lambda one: not one.indexed),
    "make searchable": _changes("note", {"searchable": True}, lambda one: one.searchable, searched=True),
    "search no more": _changes("title", {"searchable": False}, lambda one: not one.searchable, searched=True),
    "drop field": _drops("code"),
    "drop searched field": _drops("title", searched=True),
    "drop lookup": _drops("partner"),
}
