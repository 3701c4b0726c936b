"""Objects and fields as they are to be: what people write, before anything of it is checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["FieldDraft", "ObjectDraft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDraft:
    """One field as it is to be. ``settings`` may leave out what has a default.

    ``storage`` is how the text of a field that is not new is kept, and ``sort_key`` whether its sort keys
    are kept beside it; people have no say in them.
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
    default: object = None
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDraft:
    """One object as it is to be, without the fields that every record has."""

    name: str
    label: str
    plural_label: str
    description: str = ""
    name_field: str = ""
    fields: tuple[FieldDraft, ...] = ()
