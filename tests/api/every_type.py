"""An object with a field of every type, under names that are awkward for programs."""

from typing import Any

__all__ = ["EVERY_TYPE"]

_OPTIONS = ["open", "it's", "a/b*/", {"value": "won", "label": "Won `${x}`"}]
EVERY_TYPE: dict[str, Any] = {
    "name": "prototype_2x",
    "label": "Every */ type",
    "description": "Two lines\nof \u2028 text */ export default 1;",
    "fields": [
        {
            "name": "constructor",
            "label": "*/ }; evil();",
            "type": "text",
            "required": True,
            "searchable": True,
        },
        {"name": "interface", "type": "long_text", "description": "`${x}` <b>bold</b> & more"},
        {"name": "length", "type": "email"},
        {"name": "hasownproperty", "type": "url"},
        {"name": "toString".lower(), "type": "phone"},
        {"name": "a1", "type": "integer", "default": 5},
        {"name": "a_1", "type": "decimal", "precision": 3, "scale": 3},
        {"name": "money", "type": "currency"},
        {"name": "share", "type": "percent"},
        {"name": "active", "type": "boolean", "default": False},
        {"name": "born", "type": "date"},
        {"name": "seen", "type": "datetime", "required": True, "default": "2026-01-01T00:00:00Z"},
        {"name": "opens", "type": "time"},
        {"name": "stage", "type": "select", "options": _OPTIONS, "default": "open", "required": True},
        {"name": "tags", "type": "multi_select", "options": _OPTIONS},
        {"name": "account", "type": "lookup", "target": "accounts"},
        {"name": "parent", "type": "lookup", "target": "prototype_2x"},
        {"name": "number", "type": "auto_number", "format": "N-{YYYY}-{0000}"},
        {"name": "code", "type": "text", "maxLength": 3, "unique": True},
        {"name": "extra", "type": "json"},
    ],
}
