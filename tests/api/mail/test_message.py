"""Mails as messages: their headers, and that nobody can add any."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.jobs.errors import Undeliverable
from api.mail.message import compose_message, mailbox_of, sent_at
from api.mail.rendering import render
from central.settings.mail import MailAddress
from tenant_schema.users.emails import email_problem, normalise_email
from tests.api.mail.examples import ACME, EXAMPLES, example

ID = UUID("0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11")
SENDER = MailAddress("no-reply@mail.example", "Freehold, Inc.")
HEADERS = [
    *("Message-ID", "Date", "From", "To", "Reply-To", "Subject", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "MIME-Version", "Content-Type", "Content-Language"),
]


def parsed(message: EmailMessage) -> EmailMessage:
    """As the recipient has it."""
    return cast("EmailMessage", email.message_from_bytes(bytes(message), policy=email.policy.default))


def composed(
    name: str = "Ada", tenant: str = "Acme Corporation", to: str = "ada@acme.example"
) -> EmailMessage:
    mail = render(example("password-reset", name=name), replace(ACME, name=tenant))
    reply_to = MailAddress("help@mail.example")
    return parsed(compose_message(mail, message_id=ID, to=to, sender=SENDER, reply_to=reply_to))


def test_the_headers() -> None:
    message = composed()
    assert message.keys() == HEADERS
    assert message["Message-ID"] == f"<{ID}@mail.example>"
    assert message["From"] == '"Freehold, Inc." <no-reply@mail.example>'
    assert (message["To"], message["Reply-To"]) == ("ada@acme.example", "help@mail.example")
    assert message["Subject"] == "Choose a new password for Acme Corporation"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == sent_at(ID).replace(microsecond=0)


def test_the_text_comes_before_the_html_and_both_are_as_they_were_rendered() -> None:
    mail = render(example("password-reset", name="Grüße"), ACME)
    message = parsed(compose_message(mail, message_id=ID, to="ada@acme.example"))
    assert message.get_content_type() == "multipart/alternative"
    plain, html = (cast("EmailMessage", part).get_content() for part in message.iter_parts())
    assert plain.replace("\r\n", "\n") == mail.text
    assert html.replace("\r\n", "\n") == mail.html


@given(st.text(), st.text())
def test_no_name_adds_a_header_or_a_recipient(name: str, tenant: str) -> None:
    message = composed(name, tenant)
    assert message.keys() == HEADERS
    assert message["To"].addresses[0].addr_spec == "ada@acme.example"
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1
    assert all(len(line) <= 998 for line in bytes(message).splitlines())


@pytest.mark.parametrize(
    "name", ["Ada\r\nBcc: eve@evil.example", "Ada\nContent-Type: text/html\n\n<b>", "a\rb"]
)
def test_line_breaks_of_names_are_blanks(name: str) -> None:
    message = composed(tenant=name)
    assert message.keys() == HEADERS
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Choose a new password for ")


@given(st.text(min_size=1), st.text(min_size=1))
def test_an_address_is_that_of_one_mailbox_or_refused(local: str, domain: str) -> None:
    address = normalise_email(f"{local}@{domain}")
    if email_problem(address) is not None:
        return
    try:
        message = composed(to=address)
    except Undeliverable:
        return
    (to,) = message["To"].addresses
    assert to.addr_spec == mailbox_of(address).addr_spec
    assert message.keys() == HEADERS


@pytest.mark.parametrize(
    "address", ["a,b@c.example", "a@b.example,c@d.example", "a<b@c.example", "ä@c.example"]
)
def test_what_smtp_cannot_carry_is_undeliverable(address: str) -> None:
    with pytest.raises(Undeliverable):
        mailbox_of(address)


def test_a_domain_is_written_in_a_labels() -> None:
    assert mailbox_of("ada@grüße.example").addr_spec == "ada@xn--gre-6ka8l.example"


def test_a_message_s_time_is_that_of_its_id() -> None:
    assert sent_at(ID) == datetime.fromtimestamp(0x0190F3A27C1E / 1000, UTC)


def test_each_mail_can_be_composed() -> None:
    for one in EXAMPLES.values():
        assert bytes(compose_message(render(one, ACME), message_id=ID, to="ada@acme.example"))
