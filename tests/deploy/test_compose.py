"""compose.yaml and what it mounts: read, since nothing here runs containers. MySQL's users are created."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from piccolo_engines.mysql import MySQLEngine
from tests.conftest import Found, address_or_skip
from tests.support.processes import ROOT, freehold

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one.get("image") == "freehold"}


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    subprocess.run([ROOT / "deploy/create-secrets", folder], check=True, capture_output=True)
    return folder


def test_the_processes_are_two_unprivileged_and_read_only() -> None:
    serving = [name for name, one in OURS.items() if one.get("command") == ["freehold", "serve"]]
    assert len(serving) == 2
    for one in OURS.values():
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^FROM python:3\.\d+\.\d+-", dockerfile, re.MULTILINE)
    assert "\nUSER freehold\n" in dockerfile


def test_central_migrations_come_before_the_processes_and_those_of_tenants_after() -> None:
    assert OURS["migrate"]["command"][:2] == ["freehold", "setup"]
    for name in ("freehold-1", "freehold-2"):
        assert OURS[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
        assert OURS["upgrade"]["depends_on"][name] == {"condition": "service_healthy"}


def test_every_setting_exists() -> None:
    known = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    for name in (name for one in OURS.values() for name in one["environment"]):
        assert name.removesuffix("_FILE") in known, name


def test_every_secret_is_created_and_no_one_else_can_open_the_folder(secrets: Path) -> None:
    created = {path.name for path in secrets.iterdir()}
    used = {name for one in SERVICES.values() for name in one.get("secrets", ())}
    assert used <= set(COMPOSE["secrets"]) <= created
    assert secrets.stat().st_mode & 0o777 == 0o700
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    subprocess.run([ROOT / "deploy/create-secrets", secrets], check=True, capture_output=True)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before


def test_the_proxy_has_the_address_that_is_trusted() -> None:
    address = SERVICES["caddy"]["networks"]["inside"]["ipv4_address"]
    assert all(one["environment"]["TRUSTED_PROXIES"] == address for one in OURS.values())
    targets = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"][0]
    for target in targets["static_configs"][0]["targets"]:
        host = target.partition(":")[0]
        assert f",{host}" in OURS[host]["environment"]["BASE_DOMAINS"], "a central host has the metrics"


def statements_of_users(secrets: Path) -> list[str]:
    """What the script for MySQL's image executes."""
    script = (ROOT / "deploy/mysql/10-users.sh").read_text().replace("/run/secrets", str(secrets))
    command = ["bash", "-euc", f"docker_process_sql() {{ cat; }}\n{script}"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [one.strip() for one in printed.split(";\n") if one.strip()]


async def test_the_users_for_mysql_suffice(servers_found: Found, secrets: Path, tmp_path: Path) -> None:
    address = address_or_skip(servers_found, "mysql")
    root = MySQLEngine(address.config)
    try:
        for statement in statements_of_users(secrets):
            await root.run_ddl(statement)
        where = f"{address.config['host']}:{address.config['port']}"
        url = (secrets / "central_database_url").read_text().replace("mysql:3306", where)
        (secrets / "central_database_url").write_text(url)
        environ = {
            "CENTRAL_DATABASE_URL_FILE": str(secrets / "central_database_url"),
            "ENCRYPTION_KEY_FILE": str(secrets / "encryption_key"),
            "OPERATOR_TOKEN_FILE": str(secrets / "operator_token"),
            "DB_HOST": str(address.config["host"]),
            "DB_PORT": str(address.config["port"]),
            "DB_ROOT_USER": "freehold_admin",
            "DB_ROOT_PASSWORD_FILE": str(secrets / "mysql_admin_password"),
            "DB_PREFIX": "compose_",
        }
        freehold(["setup", "--no-env-file"], folder=tmp_path, environ=environ)
        for command in (
            ["tenants", "create", "acme", "--name", "Acme"],
            ["migrate"],
            ["tenants", "delete", "acme", "--yes"],
        ):
            freehold(command, folder=tmp_path, environ=environ)
    finally:
        for statement in (
            "DROP DATABASE IF EXISTS freehold_central",
            "DROP USER IF EXISTS freehold@'%'",
            "DROP USER IF EXISTS freehold_admin@'%'",
        ):
            await root.run_ddl(statement)
        await root.close()
