"""A process whose settings name no MySQL server loads nothing of MySQL; one with a server does, and works."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.processes import ROOT, environment

LOADED = "[name for name in sys.modules if name.startswith(('piccolo_engines.mysql', 'asyncmy'))]"


def run(*arguments: str) -> str:
    """What a Python process printed; it sees nothing of the tests' environment."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment({}),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_tenant_on_sqlite_is_provisioned_and_served_without_any_module_of_mysql(tmp_path: Path) -> None:
    printed = run("-m", "tests.support.sqlite_process", str(tmp_path))
    assert json.loads(printed.splitlines()[-1]) == {"names": ["One"], "loaded": []}


def loaded_by(**settings: object) -> list[str]:
    """What the composition of these settings loads of MySQL."""
    code = f"""
import json, sys
from central.secrets.keys import EncryptionKey, generate_key
from central.settings.settings import Settings
from api.composition import compose
key = EncryptionKey.from_hex(generate_key())
given = dict(central_database_url="sqlite:///unused", encryption_keys=(key,))
compose(Settings(**(given | {settings!r})))
print(json.dumps({LOADED}))
"""
    found: list[str] = json.loads(run("-c", code))
    return found


def test_settings_with_sqlite_alone_load_nothing_of_mysql() -> None:
    assert loaded_by() == []


def test_a_server_in_the_settings_loads_the_engine() -> None:
    login = {"db_root_user": "root", "db_root_password": "secret"}
    assert "asyncmy" in loaded_by(db_host="127.0.0.1", **login)
    assert "asyncmy" in loaded_by(db_hosts=("127.0.0.1:3306",), **login)
    assert "asyncmy" in loaded_by(central_database_url="mysql://root:secret@127.0.0.1/central")
