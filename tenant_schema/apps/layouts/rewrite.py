"""Rewrites the names of objects and fields in layouts and list views: with the new names after a change of a
definition, or without the names that a caller may not see.

Both are one walk over the document with a different :class:`Names`. The walk collects the places of names
that are left out. It accepts any stored document: parts of an unexpected shape are left out too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tenant_schema.apps.tables import PageType

__all__ = ["Names", "Rewriting"]


class Names(Protocol):
    """Returns names after a renaming or a removal. Objects are named as they are stored."""

    def of_object(self, name: str) -> str | None:
        """Return the object's name afterwards; None when it is left out."""

    def of_field(self, object_name: str, path: str) -> str | None:
        """Return the path's names afterwards; None when it is left out."""

    def keeps(self, object_name: str, document: object) -> bool:
        """Return whether a filter whose names are good can stay."""


@dataclass
class Rewriting:
    """One walk. ``left_out`` are the places of what is not there afterwards."""

    names: Names
    left_out: list[str] = field(default_factory=list)

    def layout(self, page_type: str, object_name: str, layout: Any) -> dict[str, Any]:
        """Return a page's layout. One of a custom page stays as it is."""
        if page_type == PageType.LIST:
            return self.rows("layout.", object_name, layout)
        if page_type == PageType.RECORD:
            return self._record(object_name, layout)
        return dict(_mapping(layout))

    def rows(self, around: str, object_name: str, stored: Any) -> dict[str, Any]:
        """What has columns, a sort, filters and a filter: a list page, a related list, a view."""
        found = dict(_mapping(stored))
        for key in ("columns", "filters"):
            if key in found:
                found[key] = self._fields(f"{around}{key}", object_name, found[key])
        if "sort" in found:
            found["sort"] = self._sort(f"{around}sort", object_name, found["sort"])
        if "filter" in found:
            found["filter"] = self._filter(f"{around}filter", object_name, found["filter"])
        self._presentation(object_name, found)
        return found

    def _presentation(self, object_name: str, found: dict[str, Any]) -> None:
        """Rewrite how columns are shown. What is left out of it is reported as a column."""
        if "widths" in found:
            widths = _mapping(found["widths"]).items()
            named = ((self.names.of_field(object_name, name), pixels) for name, pixels in widths)
            found["widths"] = {name: pixels for name, pixels in named if name is not None}
        if "pinned" in found:
            written = [self.names.of_field(object_name, str(name)) for name in _listed(found["pinned"])]
            found["pinned"] = [name for name in written if name is not None]

    def _record(self, object_name: str, layout: Any) -> dict[str, Any]:
        found = dict(_mapping(layout))
        sections = _listed(found.get("sections"))
        places = [f"layout.sections.{position}" for position in range(len(sections))]
        written = [self._section(*one, object_name) for one in zip(places, sections, strict=True)]
        found["sections"] = [section for section in written if section is not None]
        if "related" in found:
            lists = enumerate(_listed(found["related"]))
            related = [self._related(f"layout.related.{position}", one) for position, one in lists]
            found["related"] = [one for one in related if one is not None]
        return found

    def _section(self, place: str, section: Any, object_name: str) -> dict[str, Any] | None:
        """Return the section; None when no field is left in it."""
        found = dict(_mapping(section))
        found["fields"] = self._fields(f"{place}.fields", object_name, found.get("fields"))
        return found if found["fields"] else None

    def _related(self, place: str, related: Any) -> dict[str, Any] | None:
        """Return the related list; None when its object or lookup is left out, or no column is left in it."""
        found = dict(_mapping(related))
        stored = str(found.get("object"))
        object_name, way_back = (
            self.names.of_object(stored),
            self.names.of_field(stored, str(found.get("field"))),
        )
        if object_name is None or way_back is None:
            self.left_out.append(place)
            return None
        found = self.rows(f"{place}.", stored, found)
        return found | {"object": object_name, "field": way_back} if found.get("columns") else None

    def _fields(self, place: str, object_name: str, stored: Any) -> list[str]:
        return self._each(place, stored, lambda name: self.names.of_field(object_name, name))

    def _sort(self, place: str, object_name: str, stored: Any) -> list[str]:
        def written(name: str) -> str | None:
            path = self.names.of_field(object_name, name.removeprefix("-"))
            return path and f"{'-' if name.startswith('-') else ''}{path}"

        return self._each(place, stored, written)

    def _each(self, place: str, stored: Any, write: Callable[[str], str | None]) -> list[str]:
        found = []
        for position, name in enumerate(_listed(stored)):
            written = write(name) if isinstance(name, str) else None
            if written is None:
                self.left_out.append(f"{place}.{position}")
            else:
                found.append(written)
        return found

    def _filter(self, place: str, object_name: str, stored: Any) -> dict[str, Any]:
        """Return the filter without the conditions that are left out, or without any when it cannot be
        kept.
        """
        written = self._conditions(place, object_name, stored)
        if written and not self.names.keeps(object_name, written):
            self.left_out.append(place)
            return {}
        return written

    def _conditions(self, place: str, object_name: str, stored: Any) -> dict[str, Any]:
        """Return one level of a filter. ``place`` is the whole filter's: more would tell names that are
        hidden.
        """
        found: dict[str, Any] = {}
        for name, value in _mapping(stored).items():
            if name in ("and", "or"):
                members = [self._conditions(place, object_name, member) for member in _listed(value)]
                if any(members):
                    found[name] = [member for member in members if member]
            elif name == "not":
                if member := self._conditions(place, object_name, value):
                    found[name] = member
            elif written := self.names.of_field(object_name, name):
                found[written] = value
            elif place not in self.left_out:
                self.left_out.append(place)
        return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
