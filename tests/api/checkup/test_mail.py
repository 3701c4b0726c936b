"""Whether mails can be sent, as the doctor says it."""

from pathlib import Path

import pytest

from api.checkup.mail import check_mail
from central.settings.mail import SmtpServer
from tests.api.conftest import settings_in
from tests.support.certificates import make_certificates
from tests.support.mail_server import PASSWORD, running_mail_server
from tests.support.processes import free_port


@pytest.mark.parametrize(
    ("password", "level", "message"),
    [(PASSWORD, "ok", "accepts the login"), ("x", "error", "refuses the login")],
)
async def test_a_mail_server_that_responds(tmp_path: Path, password: str, level: str, message: str) -> None:
    certificates = make_certificates(tmp_path)
    async with running_mail_server(certificates) as server:
        settings = settings_in(
            tmp_path, smtp_server=server.settings(password=password), smtp_tls_ca=certificates.authority
        )
        (finding,) = await check_mail(settings)
    assert (finding.about, finding.level) == ("mail", level)
    assert message in finding.message
    assert server.mails == []


async def test_a_file_that_is_no_certificate_authority(tmp_path: Path) -> None:
    server = SmtpServer("127.0.0.1", free_port())
    for name in ("nowhere.pem", str(Path(__file__))):
        (finding,) = await check_mail(settings_in(tmp_path, smtp_server=server, smtp_tls_ca=Path(name)))
        assert (finding.about, finding.level) == ("SMTP_TLS_CA", "error")


async def test_a_connection_to_elsewhere_that_is_not_encrypted(tmp_path: Path) -> None:
    server = SmtpServer("mail.invalid", 25, "none")
    warning, error = await check_mail(settings_in(tmp_path, smtp_server=server), seconds=5)
    assert (warning.level, error.level) == ("warning", "error")
    assert "not encrypted" in warning.message
    assert "cannot be reached" in error.message
