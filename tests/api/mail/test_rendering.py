"""The texts of mails: in two languages, plain, and with nothing that anybody could smuggle in by a name."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.mail.rendering import one_line, render
from api.mail.texts import ENGLISH, GERMAN, catalogue_of
from tenant_schema.users.mails import Template
from tests.api.mail.examples import ACME, TEMPLATES, example


class Page(HTMLParser):
    """The elements, the addresses that a mail program would load or open, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in ("href", "src", "background", "srcset")
        ]

    def handle_data(self, data: str) -> None:
        self.text += data


def placeholders(*texts: str) -> set[str]:
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["", "de-CH"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_each_mail_has_a_short_text_and_the_same_as_html(template: Template, language: str) -> None:
    mail = render(example(template, language=language), ACME)
    page = Page(mail.html)
    assert "Acme Corporation" in mail.subject
    for line in filter(None, mail.text.splitlines()):
        assert line.strip() in page.text or line.startswith("--") or line.endswith(":")
    assert len(mail.text) < 900
    assert page.elements <= {
        *("html", "head", "meta", "title", "style", "body", "main", "p", "a"),
    }
    assert page.addresses == ([mail.url] if mail.url else [])
    assert re.findall(r"https?://[^\s<\"]+", mail.html) == [mail.url] * (2 if mail.url else 0)
    assert "prefers-color-scheme: dark" in mail.html
    assert mail.language == (language[:2] or "en")


def test_the_link_is_on_the_tenant_s_host_and_says_until_when_it_works() -> None:
    mail = render(example("password-reset"), ACME)
    assert mail.url == "http://acme.localhost:8123/reset/fhl_token"
    assert f"\n{mail.url}\n" in mail.text
    assert "2026-03-01 10:30 UTC" in mail.text
    paths = {render(example(one), ACME).url.split("/")[3] for one in ("invitation", "email-confirmation")}
    assert paths == {"invite", "confirm-email"}


def test_the_translations_have_the_same_mails_with_the_same_values() -> None:
    assert list(ENGLISH.mails) == list(GERMAN.mails) == list(TEMPLATES)
    for template, english in ENGLISH.mails.items():
        german = GERMAN.mails[template]
        assert placeholders(english.subject) == placeholders(german.subject) == {"tenant"}
        assert placeholders(*english.paragraphs) == placeholders(*german.paragraphs)
        assert bool(english.action) == bool(german.action) == bool(example(template).link)


@pytest.mark.parametrize(
    ("tag", "language"), [("de", "de"), ("DE-ch", "de"), ("en-GB", "en"), ("fr", "en"), ("", "en")]
)
def test_a_language_without_a_translation_gets_english(tag: str, language: str) -> None:
    assert catalogue_of(tag).language == language


@pytest.mark.parametrize("name", ["", "  ", "https://evil.example", "Win at www.evil.example"])
def test_a_name_that_would_be_a_link_is_left_out(name: str) -> None:
    mail = render(example("invitation", name=name), ACME)
    assert mail.text.startswith("Hello,\n")
    assert "evil" not in mail.html
    tenant = render(example("invitation"), replace(ACME, name=name))
    assert tenant.subject == "Your invitation to acme.localhost"


@given(st.text(), st.text())
def test_no_name_is_markup_or_a_second_line(name: str, tenant: str) -> None:
    mail = render(example("new-browser", name=name, browser=tenant), replace(ACME, name=tenant))
    page = Page(mail.html)
    assert page.elements <= {"html", "head", "meta", "title", "style", "body", "main", "p"}
    assert page.addresses == []
    assert len(mail.subject.splitlines()) == 1
    assert mail.text.count("\nBrowser: ") == 1
    assert len(mail.text.splitlines()) == len(render(example("new-browser"), ACME).text.splitlines())


@pytest.mark.parametrize("browser", ["Locked! See https://evil.example/reset", "Go to WWW.evil.example"])
def test_a_browser_cannot_call_itself_a_link(browser: str) -> None:
    mail = render(example("new-browser", browser=browser), ACME)
    assert "evil" not in (mail.text + mail.html).casefold()
    assert "…" in mail.text


def test_a_long_name_is_cut() -> None:
    assert one_line("a" * 500) == "a" * 99 + "…"
    assert one_line("a\u202eb\u0000c\u2028d") == "a b c d"


def test_users_without_a_language_get_the_tenant_s_and_times_are_in_its_zone() -> None:
    german = replace(ACME, language="de-CH", time_zone="Europe/Zurich")
    mail = example("password-reset")
    nobody_s = replace(mail, to=replace(mail.to, language=""))
    assert render(nobody_s, german).language == "de"
    assert render(replace(mail, to=replace(mail.to, language="en")), german).language == "en"
    assert mail.link is not None
    until = mail.link.expires_at
    assert f"{until:%H:%M} UTC" in render(replace(mail, to=replace(mail.to, language="en")), ACME).text
    assert "CE" in render(replace(mail, to=replace(mail.to, language="en")), german).text  # CET or CEST
