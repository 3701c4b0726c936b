"""Settings: one reading of the environment, every fault at once, and no secret in any message."""

from contextlib import suppress
from dataclasses import FrozenInstanceError
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.errors import SettingsError
from central.secrets.keys import generate_key
from central.settings.settings import Settings, read_env_file

KEY = generate_key()
OTHER_KEY = generate_key()


def problems(**environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    return caught.value.problems


def test_one_key_is_all_that_must_be_given() -> None:
    settings = Settings.from_env({"ENCRYPTION_KEY": KEY})
    assert settings.base_domains == ("localhost",)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.data_dir == Path("var")
    assert settings.central_database_url == "sqlite:///var/central.sqlite"
    assert settings.operator_token is None
    assert not settings.local
    assert not settings.allow_tenant_header
    assert settings.sqlite_synchronous == "FULL"
    assert settings.log_format == "json"


def test_the_central_database_lies_in_the_data_directory_unless_told_otherwise() -> None:
    environ = {"ENCRYPTION_KEY": KEY, "DATA_DIR": "/data"}
    assert Settings.from_env(environ).central_database_url == "sqlite:////data/central.sqlite"
    elsewhere = environ | {"CENTRAL_DATABASE_URL": "sqlite:///here.sqlite"}
    assert Settings.from_env(elsewhere).central_database_url == "sqlite:///here.sqlite"


def test_secrets_can_be_the_contents_of_files(tmp_path: Path) -> None:
    for name, content in (("key", f"{KEY}\n"), ("url", "mysql://root:pass@db:3306/central\n")):
        (tmp_path / name).write_text(content)
    environ = {
        "ENCRYPTION_KEY_FILE": str(tmp_path / "key"),
        "CENTRAL_DATABASE_URL_FILE": str(tmp_path / "url"),
    }
    settings = Settings.from_env(environ)
    assert settings.encryption_keys == Settings.from_env({"ENCRYPTION_KEY": KEY}).encryption_keys
    assert settings.central_database_url == "mysql://root:pass@db:3306/central"


def test_files_of_secrets_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "long").write_text("x" * 70_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    found = problems(
        ENCRYPTION_KEY=KEY,
        ENCRYPTION_KEY_FILE=str(tmp_path / "key"),
        OPERATOR_TOKEN_FILE=str(tmp_path / "missing"),
        SMTP_URL_FILE=str(tmp_path / "long"),
        CENTRAL_DATABASE_URL_FILE=str(tmp_path / "binary"),
    )
    assert [one.partition(":")[0] for one in found[:4]] == [
        "CENTRAL_DATABASE_URL_FILE",
        "ENCRYPTION_KEY and ENCRYPTION_KEY_FILE are both given",
        "OPERATOR_TOKEN_FILE",
        "SMTP_URL_FILE",
    ]
    assert KEY not in str(found)


def test_everything_can_be_given() -> None:
    settings = Settings.from_env(
        {
            "ENCRYPTION_KEY": f" {KEY} , {OTHER_KEY} ",
            "CENTRAL_DATABASE_URL": "mysql://root:pass@db:3306/central",
            "BASE_DOMAINS": "Example.com., localhost,example.com,b\u00fccher.example",
            "ALLOW_TENANT_HEADER": "yes",
            "HOST": "0.0.0.0",  # noqa: S104 - a value to be read, nothing listens
            "PORT": "9000",
            "OPERATOR_TOKEN": "a-token-of-sixteen-or-more",
            "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "ALLOWED_ORIGINS": "https://App.example.com/, http://localhost:5173, https://app.example.com",
            "MAX_BODY_BYTES": "2048",
            "REQUEST_TIMEOUT": "12.5",
            "CACHE_SECONDS": "0",
            "ACCESS_TOKEN_SECONDS": "60",
            "REFRESH_TOKEN_SECONDS": "3600",
            "DB_HOST": "db",
            "DB_PORT": "3307",
            "DB_ROOT_USER": "root",
            "DB_ROOT_PASSWORD": "pass",
            "DB_HOSTS": "db2, db3:3310",
            "LOG_LEVEL": "WARNING",
            "LOG_FORMAT": "console",
            "SQLITE_SYNCHRONOUS": "normal",
            "MAX_OPEN_TENANTS": "5",
        }
    )
    assert len(settings.encryption_keys) == 2
    assert settings.encryption_keys[0].secret.hex() == KEY
    assert settings.base_domains == ("example.com", "localhost", "xn--bcher-kva.example")
    assert settings.allow_tenant_header
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert settings.allowed_origins == ("https://app.example.com", "http://localhost:5173")
    assert (settings.port, settings.max_body_bytes, settings.request_timeout) == (9000, 2048, 12.5)
    assert (settings.cache_seconds, settings.access_token_seconds) == (0.0, 60)
    assert (settings.db_host, settings.db_port, settings.db_root_user) == ("db", 3307, "root")
    assert settings.db_hosts == ("db2:3306", "db3:3310")
    assert (settings.log_level, settings.log_format) == ("warning", "console")
    assert (settings.sqlite_synchronous, settings.max_open_tenants) == ("NORMAL", 5)


def test_empty_values_count_as_not_given() -> None:
    empty = dict.fromkeys(
        ("PORT", "OPERATOR_TOKEN", "BASE_DOMAINS", "FREEHOLD_LOCAL", "DB_HOST", "LOG_LEVEL"), " "
    )
    assert Settings.from_env(empty | {"ENCRYPTION_KEY": KEY}) == Settings.from_env({"ENCRYPTION_KEY": KEY})


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.from_env({"ENCRYPTION_KEY": KEY}).port = 1  # type: ignore[misc]  # that is what is tested


def test_all_faults_are_reported_at_once_each_by_name() -> None:
    found = problems(
        PORT="http",
        BASE_DOMAINS="a_b, 127.0.0.1",
        FREEHOLD_LOCAL="maybe",
        TRUSTED_PROXIES="everyone",
        ALLOWED_ORIGINS="*",
        MAX_BODY_BYTES="1",
        CACHE_SECONDS="5",
        REQUEST_TIMEOUT="nan",
        DB_HOST="db",
        DB_HOSTS="db:0",
        LOG_LEVEL="chatty",
        SQLITE_SYNCHRONOUS="never",
        CENTRAL_DATABASE_URL="postgres://somewhere",
        OPERATOR_TOKEN="short",
    )
    named = {problem.split()[0] for problem in found}
    assert named == {
        *("PORT", "BASE_DOMAINS", "FREEHOLD_LOCAL", "TRUSTED_PROXIES", "ALLOWED_ORIGINS"),
        *("MAX_BODY_BYTES", "CACHE_SECONDS"),
        *(
            "REQUEST_TIMEOUT",
            "DB_ROOT_USER",
            "DB_ROOT_PASSWORD",
            "DB_HOSTS",
            "LOG_LEVEL",
            "SQLITE_SYNCHRONOUS",
        ),
        *("CENTRAL_DATABASE_URL", "OPERATOR_TOKEN", "ENCRYPTION_KEY"),
    }
    assert sum(problem.startswith("BASE_DOMAINS") for problem in found) == 2


@pytest.mark.parametrize("key", ["", "abc", "zz" * 32, "00" * 31, "00" * 33])
def test_no_start_without_a_whole_key_local_mode_or_not(key: str) -> None:
    for local in ("0", "1"):
        (problem,) = problems(ENCRYPTION_KEY=key, FREEHOLD_LOCAL=local)
        assert "ENCRYPTION_KEY" in problem
        assert "openssl rand -hex 32" in problem


@pytest.mark.parametrize("key", ["00" * 32, "ab" * 32, "0123456789abcdef" * 4, bytes(range(32)).hex()])
def test_a_well_known_key_is_good_for_local_use_alone(key: str) -> None:
    (problem,) = problems(ENCRYPTION_KEY=key)
    assert "FREEHOLD_LOCAL=1" in problem
    assert key not in problem
    assert Settings.from_env({"ENCRYPTION_KEY": key, "FREEHOLD_LOCAL": "1"}).local


def test_every_key_of_a_rotation_is_checked() -> None:
    first, second = problems(ENCRYPTION_KEY=f"{KEY},{'00' * 32},short")
    assert first.startswith("Key 2 of ENCRYPTION_KEY")
    assert second.startswith("Key 3 of ENCRYPTION_KEY")


def test_the_same_key_twice_is_a_mistake() -> None:
    assert problems(ENCRYPTION_KEY=f"{KEY},{KEY.upper()}") == ("ENCRYPTION_KEY holds the same key twice.",)


@pytest.mark.parametrize("token", ["fifteen-letters", "with blanks in it, yes", "x" * 201, "\u00fc" * 20])
def test_an_operators_token_must_be_long_and_plain(token: str) -> None:
    (problem,) = problems(ENCRYPTION_KEY=KEY, OPERATOR_TOKEN=token)
    assert problem.startswith("OPERATOR_TOKEN")
    assert token not in problem


def test_local_mode_accepts_a_short_operators_token() -> None:
    settings = Settings.from_env({"ENCRYPTION_KEY": KEY, "FREEHOLD_LOCAL": "1", "OPERATOR_TOKEN": "tour"})
    assert settings.operator_token == "tour"
    assert settings.log_format == "console"


@pytest.mark.parametrize(
    "url", ["sqlite://var/x", "sqlite:///", "mysql://", "mysql:///name", "/var/x", "sqlite:x"]
)
def test_a_database_url_of_no_known_form_is_refused(url: str) -> None:
    assert len(problems(ENCRYPTION_KEY=KEY, CENTRAL_DATABASE_URL=url)) == 1


def test_no_secret_is_in_a_repr_or_a_message() -> None:
    secrets = {
        "ENCRYPTION_KEY": KEY,
        "OPERATOR_TOKEN": "operator-token-of-mine",
        "DB_HOST": "db",
        "DB_ROOT_USER": "root",
        "DB_ROOT_PASSWORD": "root-password",
        "CENTRAL_DATABASE_URL": "mysql://root:url-password@db/central",
    }
    told = repr(Settings.from_env(secrets))
    broken = secrets | {"PORT": "x", "OPERATOR_TOKEN": "opto ken"} | {"ENCRYPTION_KEY": KEY[:-1]}
    told += "".join(problems(**broken))
    for secret in (KEY[:-1], "operator-token-of-mine", "root-password", "url-password", "opto ken"):
        assert secret not in told


OPEN_VARIABLES = (
    *("PORT", "BASE_DOMAINS", "ENCRYPTION_KEY", "TRUSTED_PROXIES", "DB_HOSTS", "CACHE_SECONDS"),
    *("MAX_BODY_BYTES", "CENTRAL_DATABASE_URL", "OPERATOR_TOKEN"),
)


@given(st.dictionaries(st.sampled_from(OPEN_VARIABLES), st.text()))
def test_no_environment_makes_it_fail_in_another_way(environ: dict[str, str]) -> None:
    with suppress(SettingsError):
        assert Settings.from_env(environ).encryption_keys


def write(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_completes_the_environment_and_the_real_one_wins(tmp_path: Path) -> None:
    path = write(tmp_path, "PORT=1\nHOST=file\n")
    assert read_env_file(path, {"HOST": "real", "PATH": "/bin"}) == {
        "PORT": "1",
        "HOST": "real",
        "PATH": "/bin",
    }


def test_a_missing_file_is_no_fault(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env", {"A": "b"}) == {"A": "b"}


def test_without_being_told_it_reads_this_process_own_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "1234")
    assert read_env_file(write(tmp_path, "PORT=1"))["PORT"] == "1234"
    monkeypatch.setenv("ENCRYPTION_KEY", KEY)
    assert Settings.from_env().port == 1234


def test_the_file_may_hold_comments_quotes_and_exports(tmp_path: Path) -> None:
    text = (
        "# a comment\n\n  \nA=1\nexport B=two words \nC = 'quo#ted'\n"
        "D=\"it's\" # why\nE=a#b\nF=v # why\nG=\nH=''\nI=# why\nJ=$A\nK=x=y\r\n"
    )
    assert read_env_file(write(tmp_path, text), {}) == {
        "A": "1",
        "B": "two words",
        "C": "quo#ted",
        "D": "it's",
        "E": "a#b",
        "F": "v",
        "G": "",
        "H": "",
        "I": "",
        "J": "$A",
        "K": "x=y",
    }


def test_lines_that_cannot_be_read_are_named_by_number_and_not_repeated(tmp_path: Path) -> None:
    path = write(tmp_path, "A=1\nENCRYPTION KEY=hush\nB='hush\n=hush\n")
    with pytest.raises(SettingsError) as caught:
        read_env_file(path, {})
    assert [problem.split(" of ")[0] for problem in caught.value.problems] == ["Line 2", "Line 3", "Line 4"]
    assert "hush" not in str(caught.value)


def test_a_file_that_is_not_text_is_a_settings_fault(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"A=\xff\n")
    for broken in (path, tmp_path):
        with pytest.raises(SettingsError, match="cannot be read"):
            read_env_file(broken, {})


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"FREEHOLD_LOCAL": "1"}, "http://acme.localhost:8000"),
        ({"FREEHOLD_LOCAL": "1", "PORT": "9000"}, "http://acme.localhost:9000"),
        ({"FREEHOLD_LOCAL": "1", "PORT": "80"}, "http://acme.localhost"),
        ({"PORT": "9000"}, "https://acme.localhost"),
    ],
)
def test_addresses_have_the_scheme_and_port_that_browsers_need(environ: dict[str, str], url: str) -> None:
    assert Settings.from_env({"ENCRYPTION_KEY": KEY, **environ}).url_of("acme.localhost") == url
