"""Every ``__all__`` is exact: what a module defines in public, no more and no less."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "central", "piccolo_engines", "tenant_schema")


def modules() -> list[Path]:
    found = (path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    return sorted(
        path for path in found if "piccolo_migrations" not in path.parts and path.read_text().strip()
    )


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def assigned_names(node: ast.stmt) -> list[str]:
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    return [target.id for target in targets if isinstance(target, ast.Name)]


def defined_names(path: Path) -> set[str]:
    """The public names of a module's own top level."""
    names: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        else:
            names |= set(assigned_names(node))
    return {name for name in names if not name.startswith("_")}


def offered_names(path: Path) -> set[str]:
    """What a package's ``__init__`` imports: it may offer that as its own."""
    imports = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ImportFrom)]
    names = {alias.asname or alias.name for node in imports for alias in node.names}
    return names if path.name == "__init__.py" else set()


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_export_list_is_exact(path: Path) -> None:
    defined = defined_names(path)
    if path.name.startswith("_") and not defined:
        return
    module = importlib.import_module(module_name(path))
    assert hasattr(module, "__all__") or not defined, (
        f"{path.relative_to(ROOT)} has no __all__; it defines {sorted(defined)}"
    )
    listed = set(getattr(module, "__all__", ()))
    assert defined <= listed <= defined | offered_names(path)
