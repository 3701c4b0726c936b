"""``.env.example`` lists every setting there is, and nothing else."""

import re
from pathlib import Path

from central.settings.settings import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


class RecordingEnvironment(dict[str, str]):
    """Notes which variables are asked for."""

    def __init__(self, *args: object, **values: str) -> None:
        super().__init__(**values)
        self.asked: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]  # strings alone here
        self.asked.add(name)
        return super().get(name, default)


def listed() -> dict[str, str]:
    lines = re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE)
    return dict(lines)


def test_every_setting_is_listed_and_no_other() -> None:
    database = {"DB_HOST": "db", "DB_ROOT_USER": "root", "DB_ROOT_PASSWORD": "secret"}
    environ = RecordingEnvironment(
        ENCRYPTION_KEY="00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0", **database
    )
    Settings.from_env(environ)
    of_files = {f"{name}_FILE" for name in environ.asked}
    assert set(listed()) == environ.asked - of_files


def test_what_it_lists_are_the_defaults() -> None:
    key = {"ENCRYPTION_KEY": "8d3f0c5b1e7a49264fb0c8d7e6a59312704bce1f5a8d93e60f2b7c4d1a9e8536"}
    assert Settings.from_env(listed() | key) == Settings.from_env(key)
