"""The documents hang together: links lead somewhere, and indexes name what there is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "piccolo_engines" / "README.md"])
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def links(page: Path) -> list[Path]:
    """What a page links to within the repository."""
    found = LINK.findall(page.read_text())
    return [(page.parent / link).resolve() for link in found if "://" not in link]


def test_links_lead_somewhere() -> None:
    dead = {
        str(page.relative_to(ROOT)): [link for link in links(page) if not link.exists()] for page in PAGES
    }
    assert {page: found for page, found in dead.items() if found} == {}


@pytest.mark.parametrize("folder", ["docs", "docs/adr", "docs/operating"])
def test_an_index_names_every_page_once(folder: str) -> None:
    named = sorted(link for link in links(ROOT / folder / "README.md") if link.parent == ROOT / folder)
    assert named == sorted(page for page in (ROOT / folder).glob("*.md") if page.name != "README.md")


def test_decisions_are_named_as_the_index_has_them() -> None:
    index = (ROOT / "docs/adr/README.md").read_text()
    for number, title in re.findall(r"- \[(\d+)\. ([^]]+)\]", index):
        (page,) = (ROOT / "docs/adr").glob(f"{int(number):04}-*.md")
        assert page.read_text().startswith(f"# {number}. {title}")
