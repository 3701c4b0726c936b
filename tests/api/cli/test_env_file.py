"""The .env file: written whole, once, for its owner alone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.cli.env_file import remember_port, write_env_file
from central.settings.settings import Settings, read_env_file


def test_it_is_enough_to_start_with(tmp_path: Path) -> None:
    assert write_env_file(tmp_path / ".env")
    settings = Settings.from_env(read_env_file(tmp_path / ".env", {}))
    assert settings.local
    assert len(settings.encryption_keys) == 1


def test_of_many_who_write_it_one_does(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _: write_env_file(tmp_path / ".env"), range(32)))
    assert written.count(True) == 1
    assert [path.name for path in tmp_path.iterdir()] == [".env"]
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to(tmp_path / "nowhere")
    assert not write_env_file(tmp_path / ".env")
    assert (tmp_path / ".env").is_symlink()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "PORT=9000\n"),
        ("A=1", "A=1\nPORT=9000\n"),
        ("PORT=1\nA=1\n", "PORT=9000\nA=1\n"),
        ("A=1\nexport PORT = 1 # mine\n", "A=1\nPORT=9000\n"),
        ("# PORT=1\nDB_PORT=1\n", "# PORT=1\nDB_PORT=1\nPORT=9000\n"),
    ],
)
def test_a_port_is_kept_and_all_else_stays(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / ".env"
    path.touch(0o600)
    path.write_text(before)
    for _ in range(2):
        remember_port(path, 9000)
        assert path.read_text() == after
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == [".env"]
    assert read_env_file(path, {})["PORT"] == "9000"
