"""The description of a table for Piccolo Admin's front end, which draws forms from JSON Schema.

The keywords are those of ``piccolo_api`` (``extra``, ``foreign_key``, ``visible_column_names``), and
``read_only``, ``sortable`` and ``host`` for the additional scripts in ``page``. A test compares the result
with that of ``PiccoloCRUD`` for the same table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Column", "TableSchema", "json_column"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    :param type: of JSON: string, integer, number, boolean, array.
    :param format: of JSON Schema: date, date-time, time, uuid, email.
    :param widget: of Piccolo Admin: text-area, json, timestamptz.
    :param choices: the allowed values and their labels.
    :param to: the table that a lookup refers to.
    :param read_only: shown, and ignored in forms.
    :param is_host: whether it is a host name, shown as a link.
    :param listed: whether it is a column of the list.
    :param filterable: whether the list can be filtered and sorted by it.
    """

    name: str
    title: str
    type: str = "string"
    format: str | None = None
    widget: str | None = None
    choices: Mapping[str, str] | None = None
    to: str | None = None
    help_text: str | None = None
    max_length: int | None = None
    required: bool = False
    nullable: bool = True
    unique: bool = False
    read_only: bool = False
    is_host: bool = False
    listed: bool = True
    filterable: bool = True
    sortable: bool = True
    default: object = None

    @property
    def is_text(self) -> bool:
        """Whether filters match a part of it by default."""
        return self.type == "string" and not (self.format or self.choices or self.to)

    def property_schema(self) -> dict[str, Any]:
        """Return the column's JSON Schema."""
        extra: dict[str, Any] = {
            "choices": _choices(self.choices),
            "help_text": self.help_text,
            "nullable": self.nullable,
            "secret": False,
            "unique": self.unique,
        }
        if self.to is not None:
            extra["foreign_key"] = {"to": self.to, "target_column": "id"}
        if self.widget is not None:
            extra["widget"] = self.widget
        if self.read_only:
            extra["read_only"] = True
        if self.is_host:
            extra["host"] = True
        if not self.sortable:
            extra["sortable"] = False
        if self.type == "array":
            extra["dimensions"] = 1
        either = [self._type_schema(), *([{"type": "null"}] if self.nullable else [])]
        return {"anyOf": either, "default": self.default, "extra": extra, "title": self.title}

    def _type_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": self.type}
        if self.type == "array":
            schema["items"] = {"type": "string"}
        if self.format is not None:
            schema["format"] = self.format
        if self.max_length is not None:
            schema["maxLength"] = self.max_length
        return schema


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """A table: its columns without the id, which every row has.

    :param link: the column that links from the list to a row.
    :param read_only: whether rows cannot be added, changed or deleted.
    """

    title: str
    columns: Sequence[Column]
    link: str = "id"
    order_by: tuple[str, bool] = ("id", False)
    help_text: str | None = None
    can_add: bool = True
    can_change: bool = True
    can_delete: bool = True
    by_name: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        identity = Column(name="id", title="ID", format="uuid", read_only=True)
        every = (identity, *[column for column in self.columns if column.name != "id"])
        object.__setattr__(self, "by_name", {column.name: column for column in every})

    @property
    def filterable(self) -> Mapping[str, Column]:
        """The columns by which the list can be filtered."""
        return {name: column for name, column in self.by_name.items() if column.filterable}

    @property
    def sortable(self) -> Mapping[str, Column]:
        """The columns by which the list can be sorted."""
        return {name: column for name, column in self.by_name.items() if column.sortable}

    def document(self) -> dict[str, Any]:
        """Return the JSON Schema, with further attributes for the front end in ``extra``."""
        column, ascending = self.order_by
        own = [one for one in self.columns if one.name != "id"]
        listed = [one.name for one in own if one.listed]
        return {
            "extra": {
                "help_text": self.help_text,
                "primary_key_name": "id",
                "visible_column_names": listed if self.link in listed else [self.link, *listed],
                "visible_filter_names": [one.name for one in own if one.filterable],
                "visible_fields_options": list(self.by_name),
                "rich_text_columns": [],
                "media_columns": [],
                "link_column_name": self.link,
                "order_by": [{"column": column, "ascending": ascending}],
                "time_resolution": {one.name: 0.001 for one in own if one.format in ("date-time", "time")},
                "can_add": self.can_add,
                "can_change": self.can_change,
                "can_delete": self.can_delete,
            },
            "properties": {one.name: one.property_schema() for one in own},
            "required": [one.name for one in own if one.required],
            "title": self.title,
            "type": "object",
        }


def json_column(name: str, title: str, help_text: str) -> Column:
    """Return a column with JSON, for forms only."""
    return Column(
        name=name,
        title=title,
        widget="json",
        help_text=help_text,
        listed=False,
        filterable=False,
        sortable=False,
    )


def _choices(choices: Mapping[str, str] | None) -> dict[str, dict[str, str]] | None:
    if choices is None:
        return None
    return {value: {"display_name": label, "value": value} for value, label in choices.items()}
