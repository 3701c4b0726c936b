"""What lies in a folder."""

from pathlib import Path


def names_in(folder: Path) -> list[str]:
    """The names of the files, sorted."""
    return sorted(path.name for path in folder.iterdir())
