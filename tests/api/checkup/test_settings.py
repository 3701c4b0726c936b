"""Which settings the doctor would rather not see."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from api.checkup.settings import check_settings
from tests.api.conftest import settings_in

REMOTE = {"db_host": "db.example", "db_root_user": "root", "db_root_password": "x"}


@pytest.mark.parametrize(
    ("changes", "about", "level"),
    [
        ({}, "settings", "ok"),
        ({"local": True}, "settings", "ok"),
        ({"local": True, "host": "192.0.2.1"}, "FREEHOLD_LOCAL", "warning"),
        ({"allow_tenant_header": True}, "ALLOW_TENANT_HEADER", "warning"),
        ({"allow_tenant_header": True, "local": True}, "settings", "ok"),
        ({"trusted_proxies": (ip_network("10.0.0.0/8"),)}, "settings", "ok"),
        ({"trusted_proxies": (ip_network("0.0.0.0/0"),)}, "TRUSTED_PROXIES", "warning"),
        (REMOTE, "DB_TLS_CA", "warning"),
        (REMOTE | {"db_host": "127.0.0.1"}, "settings", "ok"),
        ({"db_hosts": ("db2.example:3306",)}, "DB_TLS_CA", "warning"),
        (REMOTE | {"db_tls_ca": Path(__file__)}, "settings", "ok"),
        (REMOTE | {"db_tls_ca": Path("nowhere.pem")}, "DB_TLS_CA", "error"),
        ({"sqlite_synchronous": "OFF"}, "SQLITE_SYNCHRONOUS", "warning"),
    ],
)
def test_what_is_said(tmp_path: Path, changes: dict[str, Any], about: str, level: str) -> None:
    settings = settings_in(tmp_path, **({"sqlite_synchronous": "FULL"} | changes))
    (finding,) = check_settings(settings)
    assert (finding.about, finding.level) == (about, level)
    assert bool(finding.remedy) == (level != "ok")


def test_all_of_them_are_told(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"allow_tenant_header": True, "sqlite_synchronous": "OFF", **REMOTE}
    assert len(check_settings(settings_in(tmp_path, **changes))) == 3
