"""A file is a room and a function a shelf: neither grows past what a reader can hold."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("api", "central", "piccolo_engines", "tenant_schema", "benchmarks", "piccolo_conf.py")
FILE_CEILING = 400
FUNCTION_CEILING = 40


def modules() -> list[Path]:
    found = [
        path
        for name in SOURCES
        for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
    ]
    return sorted(path for path in found if "piccolo_migrations" not in path.parts)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the function without its docstring."""
    first = function.body[0]
    is_documented = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    documented = (first.end_lineno or 0) - first.lineno + 1 if is_documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - documented


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_has_too_many_rooms(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= FILE_CEILING, f"{path.relative_to(ROOT)} has {lines} lines; {FILE_CEILING} is the ceiling"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_longer_than_a_page(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = {node.name: body_lines(node) for node in functions if body_lines(node) > FUNCTION_CEILING}
    assert not long, f"{path.relative_to(ROOT)}: {long}; {FUNCTION_CEILING} lines is the ceiling"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_its_map(path: Path) -> None:
    text = path.read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text)), (
        f"{path.relative_to(ROOT)} has no docstring"
    )
