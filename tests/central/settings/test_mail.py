"""``SMTP_URL``, ``MAIL_FROM`` and ``MAIL_REPLY_TO``, and what becomes of mails with them."""

from pathlib import Path

import pytest

from central.errors import SettingsError
from central.secrets.keys import generate_key
from central.settings.mail import MailAddress, SmtpServer, parse_mail_address, parse_smtp_url
from central.settings.settings import Settings


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587)),
        ("smtp://mail.example:25?starttls=off", SmtpServer("mail.example", 25, "none")),
        ("smtp://a:b@mail.example?starttls=required", SmtpServer("mail.example", 587, "starttls", "a", "b")),
        ("smtps://a%40b:c%3Ad@mail.example/", SmtpServer("mail.example", 465, "tls", "a@b", "c:d")),
        ("smtps://[2001:db8::1]:4465", SmtpServer("2001:db8::1", 4465, "tls")),
    ],
)
def test_a_url_names_the_server_the_encryption_and_the_login(url: str, server: SmtpServer) -> None:
    assert parse_smtp_url(url) == server
    assert server.password is None or server.password not in repr(server).replace("587", "")


@pytest.mark.parametrize(
    "url",
    [
        *(
            "mail.example",
            "http://mail.example",
            "http://u:hush@mail.example:587",
            "smtp://",
            "smtp://u:hush@mail.example:0x1",
            "smtp://u@mail.example",
        ),
        *("smtp://u:hush@mail.example?starttls=maybe", "smtps://u:hush@mail.example?starttls=off"),
        *(
            "smtp://u:hush@mail.example?tls=1",
            "smtp://u:hush@mail.example/path",
            "smtp://u:hush@mail.example:99999",
        ),
    ],
)
def test_another_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"ENCRYPTION_KEY": generate_key(), "SMTP_URL": url, "MAIL_FROM": "a@b.example"})
    assert "SMTP_URL" in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("no-reply@mail.example", MailAddress("no-reply@mail.example")),
        ("Freehold <no-reply@mail.example>", MailAddress("no-reply@mail.example", "Freehold")),
        ('"Freehold, Inc." <a@mail.example>', MailAddress("a@mail.example", "Freehold, Inc.")),
    ],
)
def test_a_sender_has_an_address_and_perhaps_a_name(text: str, address: MailAddress) -> None:
    assert parse_mail_address(text) == address


@pytest.mark.parametrize("text", ["nobody", "a@b, c@d", "a@", "ä@mail.example", "Ada <a b@mail.example>"])
def test_what_is_no_sender(text: str) -> None:
    with pytest.raises(ValueError, match="must read"):
        parse_mail_address(text)


def test_what_becomes_of_mails() -> None:
    key = {"ENCRYPTION_KEY": generate_key()}
    mail = {"SMTP_URL": "smtp://mail.example", "MAIL_FROM": "a@mail.example", "SMTP_TLS_CA": "ca.pem"}
    assert Settings.from_env(key).mail_delivery == "none"
    assert Settings.from_env(key | {"FREEHOLD_LOCAL": "1"}).mail_delivery == "file"
    sending = Settings.from_env(key | mail | {"FREEHOLD_LOCAL": "1", "MAIL_REPLY_TO": "b@mail.example"})
    assert (sending.mail_delivery, sending.smtp_tls_ca) == ("mail", Path("ca.pem"))
    assert sending.mail_reply_to == MailAddress("b@mail.example")


def test_a_server_needs_a_sender() -> None:
    with pytest.raises(SettingsError, match="MAIL_FROM is missing"):
        Settings.from_env({"ENCRYPTION_KEY": generate_key(), "SMTP_URL": "smtp://mail.example"})
