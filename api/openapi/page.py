"""The OpenAPI document as one plain page for people: no scripts, nothing loaded from anywhere."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

import msgspec

__all__ = ["page_of"]

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_CODE: Final = re.compile(r"`([^`]+)`")
_STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #2a6fdb; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--soft); padding: .6rem; border-radius: .4rem; overflow-x: auto; }
.token { border: 1px solid var(--line); border-radius: .3rem; padding: 0 .3rem; font-size: .8rem; }
b.method { display: inline-block; min-width: 4.6rem; color: var(--accent); text-transform: uppercase; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .2rem .6rem .2rem 0;
vertical-align: top; border-top: 1px solid var(--line); } .note { opacity: .75; }
nav { display: flex; flex-wrap: wrap; gap: .3rem .6rem; padding: .6rem 0; } nav a { color: var(--accent); }
nav b { width: 100%; } details.object { margin: 1rem 0; padding: .6rem 1rem; }
details.object > summary h2 { display: inline; border: 0; margin: 0; font-size: 1.2rem; }
td:first-child { white-space: nowrap; } .fields td:last-child { width: 40%; } td p { margin: 0; }
"""


def page_of(document: Mapping[str, Any]) -> str:
    """An HTML page that lists every operation with its parameters, body, responses and examples."""
    info = document["info"]
    by_tag = _operations_by_tag(document)
    used = [tag for tag in document["tags"] if tag["name"] in by_tag]
    body = "".join(_tag(document, tag, by_tag[tag["name"]]) for tag in used)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])}</h1><p class=note>Version {escape(info['version'])}. "
        "As OpenAPI 3.1: <a href='/schema/openapi.json'>/schema/openapi.json</a>. "
        "To try requests: <a href='/schema/try'>/schema/try</a>.</p>"
        f"<p>{_prose(info['description'])}</p>{_contents(used)}{body}</body></html>"
    )


def _operations_by_tag(document: Mapping[str, Any]) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method in filter(methods.__contains__, _METHODS):
            operation = methods[method]
            found[operation["tags"][0]].append(_operation(document, method, path, operation))
    return found


def _contents(tags: Sequence[Mapping[str, str]]) -> str:
    """Links to everything there is, objects apart."""
    objects = [tag for tag in tags if "x-record" in tag]
    if not objects:
        return ""
    others = [tag for tag in tags if "x-record" not in tag]
    groups = (("Objects", objects), ("More", others))
    lists = (f"<nav><b>{title}</b>{''.join(map(_link, group))}</nav>" for title, group in groups)
    return "".join(lists)


def _link(tag: Mapping[str, str]) -> str:
    name = escape(tag["name"])
    return f"<a href='#tag {name}'>{name}</a>"


def _tag(document: Mapping[str, Any], tag: Mapping[str, str], operations: Sequence[str]) -> str:
    name, text = escape(tag["name"]), _prose(tag["description"])
    if "x-record" not in tag:
        return f"<h2 id='tag {name}'>{name}</h2><p>{text}</p>{''.join(operations)}"
    schemas = document["components"]["schemas"]
    new = schemas.get(tag["x-record"].removesuffix("Record") + "Create", {})  # for those who may create
    fields = _fields(schemas[tag["x-record"]], new.get("required", ()))
    return (
        f"<details class=object id='tag {name}'><summary><h2>{name}</h2> "
        f"<span class=note>{text}</span></summary>"
        f"{fields}{''.join(operations)}</details>"
    )


def _fields(record: Mapping[str, Any], required: Sequence[str]) -> str:
    rows = []
    for name, schema in record["properties"].items():
        kind = escape(_kind(schema)) + (", required" if name in required else "")
        rows.append(f"<tr><td><code>{escape(name)}</code><td>{kind}<td>{_prose(schema['description'])}</tr>")
    return f"<table class=fields><tr><th>Field<th>Type<th>Is</tr>{''.join(rows)}</table>"


def _kind(schema: Mapping[str, Any]) -> str:
    """In a few words: ``text, at most 40 characters, read-only``."""
    words = [f"lookup to {schema['x-target']}" if "x-target" in schema else str(schema["x-type"])]
    options = schema.get("items", schema).get("enum", ())
    if options:
        words = [f"{words[0]}: " + ", ".join(str(value) for value in options if value is not None)]
    elif "maxLength" in schema:
        words.append(f"at most {schema['maxLength']:,} characters")
    return ", ".join(words + (["read-only"] if schema.get("readOnly") else []))


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> str:
    lock = " <span class=token>token</span>" if operation["security"] else ""
    parts = [f"<p>{_prose(operation['description'])}</p>", *_parameters(operation), *_body(operation)]
    parts.extend(_responses(document, operation))
    return (
        f"<details id='{escape(operation['operationId'])}'><summary><b class=method>{method}</b> "
        f"<code>{escape(path)}</code>{lock} <span class=note>{escape(operation['summary'])}</span></summary>"
        f"{''.join(parts)}</details>"
    )


def _parameters(operation: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        f"<tr><td><code>{escape(one['name'])}</code><td>{one['in']}<td>{_prose(one['description'])}</tr>"
        for one in operation.get("parameters", ())
    ]
    if rows:
        yield f"<table><tr><th>Parameter<th>In<th></tr>{''.join(rows)}</table>"


def _body(operation: Mapping[str, Any]) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        yield "<p>Body</p>"
        yield _json(content.get("example", content["schema"]))


def _responses(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for status, response in operation["responses"].items():
        name = response.get("$ref", "").rpartition("/")[2]
        shown = document["components"]["responses"][name] if name else response
        content = shown.get("content", {}).get("application/json", {})
        example = _json(content["example"]) if "example" in content else ""
        rows.append(f"<tr><td>{status}<td>{_prose(shown['description'])}{example}</tr>")
    yield f"<table><tr><th>Response<th></tr>{''.join(rows)}</table>"


def _prose(text: str) -> str:
    """Return HTML in which text between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _json(value: object) -> str:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return f"<pre>{escape(text)}</pre>"
