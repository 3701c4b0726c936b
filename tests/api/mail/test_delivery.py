"""What becomes of a mail from the outbox: sent, written to a file, put off, or given up."""

import logging
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from api.jobs.errors import Postponed, Undeliverable
from api.mail.delivery import Delivery
from api.mail.message import sent_at
from api.mail.smtp import SmtpTransport
from central.registry import TenantRef
from central.settings.mail import MailAddress
from central.settings.settings import Settings
from central.tables import TenantStatus
from piccolo_engines.columns import new_id
from tests.api.conftest import settings_in
from tests.api.mail.examples import LINK, example
from tests.support.certificates import Certificates
from tests.support.mail_server import MailServer

ACME = TenantRef(
    id=new_id(),
    slug="acme",
    name="Acme Corporation",
    status=TenantStatus.ACTIVE,
    database_server="sqlite",
    db_name="tenant_acme",
    primary_domain="acme.example.com",
)
PAYLOAD: dict[str, Any] = msgspec.to_builtins(example("password-reset"))
NOTICE: dict[str, Any] = msgspec.to_builtins(example("password-changed"))
BEFORE = LINK.expires_at - timedelta(minutes=30)


def delivery(settings: Settings, transport: SmtpTransport | None = None, now: datetime = BEFORE) -> Delivery:
    return Delivery(settings, transport, now=lambda: now)


@pytest.fixture
def sending(tmp_path: Path, server: MailServer, certificates: Certificates) -> Settings:
    return settings_in(
        tmp_path,
        smtp_server=server.settings(),
        smtp_tls_ca=certificates.authority,
        mail_from=MailAddress("no-reply@example.com", "Freehold"),
        mail_reply_to=MailAddress("help@example.com"),
    )


async def test_a_mail_arrives_with_the_link_of_the_tenant_s_domain(
    sending: Settings, server: MailServer
) -> None:
    await delivery(sending).send(ACME, new_id(), PAYLOAD)
    (mail,) = server.mails
    assert (server.senders, server.recipients) == (["no-reply@example.com"], ["ada@acme.example"])
    assert (mail["from"], mail["reply-to"]) == ("Freehold <no-reply@example.com>", "help@example.com")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "https://acme.example.com/reset/fhl_token\r\n" in body.get_content()


async def test_a_mail_that_is_sent_again_after_a_crash_has_the_same_message_id(
    sending: Settings, server: MailServer
) -> None:
    message_id = new_id()
    for _process in range(2):  # the first one was killed before it could delete the message
        await delivery(sending).send(ACME, message_id, PAYLOAD)
    await delivery(sending).send(ACME, new_id(), PAYLOAD)
    ids = [mail["message-id"] for mail in server.mails]
    assert ids[0] == ids[1] == f"<{message_id}@example.com>"
    assert ids[2] != ids[0]


async def test_in_local_mode_a_mail_is_a_file_and_a_line_in_the_log(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, local=True, port=8123)
    message_id = new_id()
    with capture_logs() as lines:
        await delivery(settings).send(ACME, message_id, PAYLOAD)
        await delivery(settings).send(ACME, message_id, PAYLOAD)
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == f"{message_id}.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    link = "http://acme.example.com:8123/reset/fhl_token"
    assert link in file.read_text()
    assert lines[0] == lines[1]
    assert {name: lines[0][name] for name in ("event", "to", "link", "file")} == {
        "event": "mail",
        "to": "ada@acme.example",
        "link": link,
        "file": str(file),
    }


async def test_where_mails_are_sent_no_log_has_a_link(
    sending: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as lines:
        await delivery(sending).send(ACME, new_id(), PAYLOAD)
    of_the_server = "mail.log"
    logged = [one.getMessage() for one in caplog.records if one.name != of_the_server]
    assert "fhl_" not in f"{lines}{logged}"


async def test_without_a_mail_server_outside_of_local_mode_nothing_is_sent(tmp_path: Path) -> None:
    with pytest.raises(Undeliverable, match="SMTP_URL"):
        await delivery(settings_in(tmp_path)).send(ACME, new_id(), PAYLOAD)
    assert not (tmp_path / "mail").exists()


async def test_a_mail_whose_link_has_expired_is_not_sent(sending: Settings, server: MailServer) -> None:
    with pytest.raises(Undeliverable, match="expired"):
        await delivery(sending, now=LINK.expires_at).send(ACME, new_id(), PAYLOAD)
    assert server.mails == []


@pytest.mark.parametrize(
    ("age", "kind"),
    [(timedelta(days=2, hours=23), Postponed), (timedelta(days=3, minutes=1), Undeliverable)],
)
async def test_after_three_days_a_mail_is_given_up(
    sending: Settings, server: MailServer, age: timedelta, kind: type[Exception]
) -> None:
    server.responses = {"RCPT": ["450 4.2.1 later"]}
    message_id = new_id()
    with pytest.raises(kind):
        await delivery(sending, now=sent_at(message_id) + age).send(ACME, message_id, NOTICE)


async def test_an_address_that_smtp_cannot_carry_is_given_up_at_once(sending: Settings) -> None:
    to = {"email": "a,b@acme.example", "name": "", "language": ""}
    with pytest.raises(Undeliverable):
        await delivery(sending).send(ACME, new_id(), NOTICE | {"to": to})


def test_the_payload_does_not_show_the_token_where_it_is_displayed() -> None:
    assert "fhl_token" not in repr(msgspec.convert(PAYLOAD, type(example("password-reset"))))
