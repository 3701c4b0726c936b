"""The repository speaks of the product alone: no registry host, no path of one machine."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "a package registry's host": re.compile(
        r"(pypi|pythonhosted|npmjs|registry\.npm)\.(org|com|io)", re.IGNORECASE
    ),
    "a path of one machine": re.compile(r"(?<![\w.-])/(home|root|work|Users)/[\w.-]+/"),
}


def tracked_files() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = []
    for path in tracked_files():
        if path == Path(__file__) or path.suffix in {".png", ".ico"}:
            continue
        text = path.read_text(errors="replace")
        found += [
            f"{path.relative_to(ROOT)}: {what}" for what, pattern in FORBIDDEN.items() if pattern.search(text)
        ]
    assert not found
