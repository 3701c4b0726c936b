"""Files and modules that documents, docstrings and comments name exist."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = "api|central|extensions|piccolo_engines|tenant_schema"
FILE = re.compile(r"`((?:[\w-]+/)+[\w.-]+\.(?:py|md|toml|html))`")
FOLDER = re.compile(rf"`((?:{PACKAGES}|tests|tools|docs|benchmarks)(?:/[\w-]+)+)/?`")
MODULE = re.compile(rf"(?:`|:mod:`|:class:`~?|:func:`~?)((?:{PACKAGES})(?:\.\w+)+)`")
OF_THE_EXAMPLE = ("extensions/helpdesk", "extensions.helpdesk")
"""What docs/extending.md adds."""


def pages() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z", "*.py", "*.md"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    found = [ROOT / name for name in names.split("\0") if name]
    return [one for one in found if one.exists() and "piccolo_migrations" not in one.parts]


def paths() -> set[str]:
    """Every file and folder, also without the folders in front: ``users/service.py``."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    found = set[str]()
    for name in names.stdout.split("\0"):
        parts = name.split("/")
        found |= {
            "/".join(parts[start:end]) for start in range(len(parts)) for end in range(start, len(parts) + 1)
        }
    return found


def has_name(module: str) -> bool:
    """Whether the module is there, or the name in it."""
    parts = module.split(".")
    for end in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:end])
        for file in (base.with_suffix(".py"), base / "__init__.py"):
            if file.is_file():
                return end == len(parts) or re.search(rf"\b{parts[end]}\b", file.read_text()) is not None
    return False


def test_named_files_and_modules_exist() -> None:
    known, missing = paths(), list[str]()
    for page in pages():
        text = page.read_text()
        named = {*FILE.findall(text), *FOLDER.findall(text)}
        absent = {one for one in named if one not in known and f"{one}.py" not in known}
        absent |= {one for one in MODULE.findall(text) if not has_name(one)}
        missing += [
            f"{page.relative_to(ROOT)}: {one}" for one in sorted(absent) if not one.startswith(OF_THE_EXAMPLE)
        ]
    assert not missing, "\n".join(missing)
