"""Objects and fields as they are requested, before anything of them is checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from tenant_schema.objects.fields.protocol import FieldType
from tenant_schema.objects.fields.registry import FIELD_TYPES
from tenant_schema.objects.fields.settings import Settings
from tenant_schema.objects.fields.translations import Translations
from tenant_schema.objects.model.object_indexes import ObjectIndex
from tenant_schema.problems import Problem

__all__ = ["FieldDraft", "ObjectDraft", "ParsedSettings"]


class ParsedSettings(NamedTuple):
    """The settings of a draft as its type reads them: complete, unless there are ``problems``."""

    type: FieldType
    settings: Settings
    problems: list[Problem]


@dataclass(frozen=True, kw_only=True)  # no slots: ``parsed`` is kept in the instance
class FieldDraft:
    """One field as it is requested. ``settings`` may leave out what has a default.

    :param translations: texts in other languages, as ``read_translations`` returns them.
    :param storage: how the text of a field that exists is stored; None when it is not decided yet.
    :param sort_key: whether sort keys are stored beside the text; None when it is not decided yet.
    :param in_index: whether an index of the object is over the field, other than a unique one.
    :param in_unique: whether a unique index of the object is over the field.
    """

    name: str
    label: str
    type: str
    description: str = ""
    required: bool = False
    unique: bool = False
    indexed: bool = False
    searchable: bool = False
    history: bool = True
    storage: str | None = None
    sort_key: bool | None = None
    in_index: bool = False
    in_unique: bool = False
    default: object = None
    settings: Mapping[str, object] = field(default_factory=dict)
    translations: Translations = field(default_factory=dict)

    @cached_property
    def parsed(self) -> ParsedSettings | None:
        """The settings, parsed once for each draft; None when there is no such type."""
        field_type = FIELD_TYPES.get(self.type)
        if field_type is None:
            return None
        return ParsedSettings(field_type, *field_type.parse_settings(self.settings))

    def decided(self, *, storage: str | None, sort_key: bool | None) -> "FieldDraft":
        """The draft with another storage; its settings are not parsed again."""
        other = replace(self, storage=storage, sort_key=sort_key)
        return other._with_parsed(self.parsed)

    def marked(self, *, in_index: bool, in_unique: bool) -> "FieldDraft":
        """The draft as a part of the object's indexes. A text in an index has sort keys."""
        if (self.in_index, self.in_unique) == (in_index, in_unique):
            return self
        key = self.sort_key or None if in_index else self.sort_key
        other = replace(self, in_index=in_index, in_unique=in_unique, sort_key=key)
        return other._with_parsed(self.parsed)

    def complete(self) -> "FieldDraft":
        """Mark the settings as complete: they were parsed when the field was stored. Returns the draft
        itself.
        """
        return self._with_parsed(ParsedSettings(FIELD_TYPES[self.type], self.settings, []))

    def _with_parsed(self, parsed: ParsedSettings | None) -> "FieldDraft":
        vars(self)["parsed"] = parsed
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDraft:
    """One object as it is requested, without the fields that every record has."""

    name: str
    label: str
    plural_label: str
    description: str = ""
    name_field: str = ""
    fields: tuple[FieldDraft, ...] = ()
    indexes: tuple[ObjectIndex, ...] = ()
    translations: Translations = field(default_factory=dict)
