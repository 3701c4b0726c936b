"""A file is a room and a function a shelf: neither grows past what a reader can hold."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("api", "central", "piccolo_engines", "tenant_schema", "benchmarks", "piccolo_conf.py")
FILE_CEILING = 400
FUNCTION_CEILING = 40


def modules(*sources: str) -> list[Path]:
    found = [
        path
        for name in sources
        for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
    ]
    return sorted(path for path in found if "piccolo_migrations" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


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


def test_no_file_has_too_many_rooms() -> None:
    lines = [(name_of(path), len(path.read_text().splitlines())) for path in modules(*SOURCES, "tests")]
    long = [f"{name}: {count} lines" for name, count in lines if count > FILE_CEILING]
    assert not long, "\n".join([f"{FILE_CEILING} lines is the ceiling", *long])


def test_no_function_is_longer_than_a_page() -> None:
    functions = [
        (name_of(path), node)
        for path in modules(*SOURCES)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = [(f"{name}: {function.name}", body_lines(function)) for name, function in functions]
    long = [f"{name}: {count} lines" for name, count in lengths if count > FUNCTION_CEILING]
    assert not long, "\n".join([f"{FUNCTION_CEILING} lines is the ceiling", *long])


def test_a_module_opens_with_its_map() -> None:
    texts = [(name_of(path), path.read_text()) for path in modules(*SOURCES)]
    bare = [name for name, text in texts if text.strip() and not ast.get_docstring(ast.parse(text))]
    assert not bare, "\n".join(["a module begins with a docstring", *bare])
