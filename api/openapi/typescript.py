"""A tenant's objects as TypeScript types: a module of declarations, made of the same schemas as /schema."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, Final

import msgspec

from api.openapi.record_schemas import component, operand_schema, record_schemas
from tenant_schema.objects.fields.protocol import EQUALITY, MATCHING, ORDERING
from tenant_schema.objects.fields.select import option_values
from tenant_schema.objects.model.model import FieldModel
from tenant_schema.records.access.schema_view import USERS_VIEW, ObjectView, SchemaView
from tenant_schema.records.query.paths import Fields

__all__ = ["declarations_of", "type_name"]

_Schema = Mapping[str, Any]

_SHARED: Final = """\
/** The id of a record: a UUIDv7. */
export type Id = string;
/** A decimal number as text, exact to the last digit. */
export type Decimal = string;
/** A day: "2026-02-28". */
export type DateText = string;
/** A moment in RFC 3339: "2026-02-28T12:30:00Z". */
export type DateTimeText = string;
/** Any JSON. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** A page of a list. */
export interface Page<R> {
  data: R[];
  page: { next: string | null; prev: string | null };
  count?: { value: number; capped: boolean };
}
/** A related list, expanded. */
export interface RelatedList<R> {
  data: R[];
  hasMore: boolean;
}
/**
 * A record of which some lookups are expanded: `Expanded<"contacts", "account">` has the account in the place
 * of its id, and `Expanded<"accounts", never, "contacts">` has the list of its contacts.
 */
export type Expanded<
  O extends keyof Objects,
  L extends keyof Objects[O]["lookups"] = never,
  M extends keyof Objects[O]["lists"] = never,
> = Omit<Objects[O]["record"], L> & { [P in L]: Objects[O]["lookups"][P] | null } & {
  [P in M]: RelatedList<Objects[O]["lists"][P]>;
};
/** How a field compares: with a value, or by one operator or more, which must all hold. */
export type Compared<V, O extends string> = ("eq" extends O ? V : never) | { [P in O]?: Operand<V, P> };
export type Operand<V, O> = O extends "in" | "nin"
  ? V[]
  : O extends "between" ? [V, V] : O extends "null" ? boolean : V;
export type Equality = "eq" | "ne" | "in" | "nin" | "null";
export type Ordering = "gt" | "gte" | "lt" | "lte" | "between";
export type Matching = "contains" | "icontains" | "startswith" | "endswith";
/** A path over lookups, such as `account.industry`. */
export type Path = `${string}.${string}`;
/** What can be sorted by: `name`, or `-name` for the other way round. */
export type Sort<F extends string> = F | `-${F}` | Path | `-${Path}`;
"""
_NAMED: Final = {"uuid": "Id", "date": "DateText", "date-time": "DateTimeText"}
_PLAIN: Final = {"integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_PART: Final = re.compile(r"_([a-z])|^([a-z])")


def type_name(name: str) -> str:
    """An object's name as that of a type; no two objects have the same.

    >>> type_name("close_dates"), type_name("a_1"), type_name("a1")
    ('CloseDates', 'A_1', 'A1')
    """
    return _PART.sub(lambda found: (found[1] or found[2]).upper(), name)


def declarations_of(schema: SchemaView, tenant_name: str) -> str:
    """The whole module."""
    parts = [f"// {_line(tenant_name)}: objects and records.\n", _SHARED]
    parts += [_Declarations(one, schema).text() for one in (USERS_VIEW, *schema.usable)]
    entries = "".join(f"  {one.name}: {type_name(one.name)}Types;\n" for one in (USERS_VIEW, *schema.usable))
    parts.append(f"/** Every object by name. */\nexport interface Objects {{\n{entries}}}\n")
    return "\n".join(parts)


class _Declarations:
    """The types of one object."""

    def __init__(self, one: ObjectView, schema: SchemaView) -> None:
        self.one, self.schema, self.name = one, schema, type_name(one.name)
        self.schemas = dict(record_schemas(one, schema))
        self.options = {
            tuple(option_values(field)): f"{self.name}_{type_name(name)}"
            for name, field in reversed({**one.changeable, **one.creatable, **one.readable}.items())
            if "options" in field.settings
        }
        """The names of what may be chosen from, by the values; fields with the same choice share a name."""

    def text(self) -> str:
        """All of them."""
        return "".join(
            [
                *(f"export type {name} = {_literals(values)};\n" for values, name in self.options.items()),
                _comment(self.one.model.description or self.one.model.plural_label),
                self.properties("Record", self.one.readable),
                self.properties("Create", self.one.creatable),
                self.properties("Change", self.one.changeable),
                *self.filter(),
                _interface(f"{self.name}Types", self.types()),
            ]
        )

    def properties(self, kind: str, fields: Fields) -> str:
        """Records, or what may be given; nothing when the caller may not."""
        schema = self.schemas.get(component(self.one.name, kind))
        if schema is None:
            return ""
        lines = (
            self.property(
                name, field, schema["properties"][name], "" if name in schema.get("required", ()) else "?"
            )
            for name, field in fields.items()
        )
        return _interface(f"{self.name}{kind}", lines)

    def property(self, name: str, field: FieldModel, schema: _Schema, optional: str) -> str:
        """One field with its words."""
        name_shown = f"readonly {name}" if field.read_only else name
        own = _member(name, self.union(schema), optional)
        return f"{_field_comment(field)}  {name_shown}{optional}: {own};\n"

    def filter(self) -> Iterator[str]:
        """Return the types for filters and sorting."""
        if "read" not in self.one.actions:
            return
        lines = [self.compared(name, field) for name, field in self.one.readable.items()]
        lines += [f"  {group}?: {self.name}Filter[];\n" for group in ("and", "or")]
        lines += [f"  not?: {self.name}Filter;\n", "  [path: Path]: unknown;\n"]
        yield _interface(f"{self.name}Filter", lines)
        sortable = [name for name, field in self.one.readable.items() if field.type.sortable]
        yield f"export type {self.name}Sort = Sort<{_literals(sortable)}>;\n"

    def compared(self, name: str, field: FieldModel) -> str:
        """One field of a filter."""
        comparison = f"Compared<{self.union(operand_schema(field))}, {_operators(field.type.operators)}>"
        return f"{_field_comment(field)}  {name}?: {_member(name, comparison, '?')};\n"

    def types(self) -> Iterator[str]:
        """Return the members of ``Objects`` for the object, without operations that the caller may not
        perform.
        """
        yield f"  record: {self.name}Record;\n"
        for key, action in (("create", "create"), ("change", "update"), ("filter", "read")):
            own = f"{self.name}{key.capitalize()}" if action in self.one.actions else "never"
            yield f"  {key}: {own};\n"
        yield _members(
            "lookups", {name: target for name, target in self.one.lookups.items() if self.shows(target)}
        )
        yield _members(
            "lists", {key: other.name for key, other, _ in self.schema.related_lists(self.one.name)}
        )

    def shows(self, target: str) -> bool:
        """Whether lookups into the object can be expanded."""
        return self.schema.readable(target) is not None

    def union(self, schema: _Schema) -> str:
        """The type of what a schema lets pass, as far as TypeScript tells it apart."""
        return " | ".join(dict.fromkeys(self.alternatives(schema)))

    def alternatives(self, schema: _Schema) -> Iterator[str]:
        """Each kind of value."""
        if "const" in schema:
            yield _text(schema["const"])
        elif "enum" in schema:
            yield self.options[tuple(value for value in schema["enum"] if value is not None)]
            yield from ["null"] if None in schema["enum"] else []
        elif "anyOf" in schema:
            for one in schema["anyOf"]:
                yield from self.alternatives(one)
        elif "type" not in schema:
            yield "Json"
        else:
            kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            yield from (self.plain(kind, schema) for kind in kinds)

    def plain(self, kind: str, schema: _Schema) -> str:
        """A value of one of JSON's types."""
        if kind == "string":
            return _NAMED.get(schema.get("format", ""), "Decimal" if _is_decimal(schema) else "string")
        if kind == "array":
            return f"{self.union(schema['items'])}[]"
        return _PLAIN[kind]


def _operators(held: Set[str]) -> str:
    """Return a field's operators, by the names of groups where it has a whole group."""
    groups = {"Equality": EQUALITY, "Ordering": ORDERING, "Matching": MATCHING}
    whole = [name for name, group in groups.items() if group <= held]
    rest = held - set().union(*(groups[name] for name in whole))
    return " | ".join([*whole, *(_text(one) for one in sorted(rest))])


def _members(name: str, objects: Mapping[str, str]) -> str:
    lines = "".join(f"    {_text(key)}: {type_name(target)}Record;\n" for key, target in objects.items())
    return f"  {name}: {{\n{lines}  }};\n"


def _member(name: str, own: str, optional: str) -> str:
    """Every object has a ``constructor`` by itself, which must fit where none is given."""
    return f"{own} | Function" if name == "constructor" and optional else own


def _interface(name: str, lines: Iterable[str]) -> str:
    return f"export interface {name} {{\n{''.join(lines)}}}\n"


def _field_comment(field: FieldModel) -> str:
    return _comment(f"{field.label}: {field.description}" if field.description else field.label, "  ")


def _comment(text: str, indent: str = "") -> str:
    return f"{indent}/** {_line(text)} */\n"


def _line(text: str) -> str:
    """Text that ends no comment and begins no new line."""
    return " ".join(text.replace("*/", "*\u200b/").split())


def _is_decimal(schema: _Schema) -> bool:
    return str(schema.get("pattern", "")).startswith(("^-?[0-9]", "^-?0", "^[+-]?"))


def _literals(values: Iterable[object]) -> str:
    return " | ".join(map(_text, values))


def _text(value: object) -> str:
    """A literal: JSON is one."""
    return msgspec.json.encode(value).decode()
