"""Every ``__all__`` is exact: what a module defines in public, no more and no less."""

import ast
import importlib
from pathlib import Path

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


def fault_of(path: Path) -> str | None:
    """What is wrong with a module's ``__all__``."""
    defined = defined_names(path)
    if path.name.startswith("_") and not defined:
        return None
    module = importlib.import_module(module_name(path))
    if defined and not hasattr(module, "__all__"):
        return f"no __all__; it defines {sorted(defined)}"
    listed = set(getattr(module, "__all__", ()))
    if defined <= listed <= defined | offered_names(path):
        return None
    return f"missing {sorted(defined - listed)}, too many {sorted(listed - defined - offered_names(path))}"


def test_every_export_list_is_exact() -> None:
    faults = [(path.relative_to(ROOT), fault_of(path)) for path in modules()]
    inexact = [f"{path}: {fault}" for path, fault in faults if fault]
    assert not inexact, "\n".join(inexact)
