"""The texts of mails: one catalogue for each language, in the user's language if there is one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tenant_schema.users.mails import Template

__all__ = ["ENGLISH", "GERMAN", "Catalogue", "MailText", "catalogue_of"]


@dataclass(frozen=True, slots=True)
class MailText:
    """One mail. Its texts are format strings (:meth:`str.format`) with the mail's values and ``tenant``.

    :ivar action: the label of the link; empty without one.
    """

    subject: str
    paragraphs: tuple[str, ...]
    action: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The mails in one language.

    :ivar greeting: with ``name``; ``hello`` is for users without a name.
    :ivar link_note: says how long the link works, with ``until``.
    :ivar footer: why the recipient gets it, with ``tenant`` and ``host``.
    :ivar time: a format of :meth:`datetime.strftime`.
    """

    language: str
    greeting: str
    hello: str
    link_note: str
    footer: str
    time: str
    mails: Mapping[Template, MailText]


ENGLISH: Final = Catalogue(
    language="en",
    greeting="Hello {name},",
    hello="Hello,",
    link_note="The link works once, until {until}.",
    footer="You get this mail because you have an account at {tenant} ({host}).",
    time="%Y-%m-%d %H:%M %Z",
    mails={
        "invitation": MailText(
            "Your invitation to {tenant}",
            ("You have been invited to {tenant}. Choose a password to sign in with {to}.",),
            "Accept the invitation",
        ),
        "password-reset": MailText(
            "Choose a new password for {tenant}",
            (
                "A new password was requested for your account at {tenant}.",
                "If it was not you, ignore this mail: your password stays as it is.",
            ),
            "Choose a new password",
        ),
        "password-changed": MailText(
            "Your password for {tenant} was changed",
            (
                "The password of your account at {tenant} was changed, and your other sessions have ended.",
                "If it was not you, request a new password at once and tell your administrator.",
            ),
        ),
        "email-confirmation": MailText(
            "Confirm your e-mail address for {tenant}",
            (
                "You want to use {email} for your account at {tenant}. Confirm that the address is yours.",
                "If it was not you, ignore this mail: nothing changes.",
            ),
            "Confirm the address",
        ),
        "email-requested": MailText(
            "A new e-mail address for your account at {tenant}",
            (
                "A new address was requested for your account at {tenant}: {email}. It takes effect "
                "when it is confirmed.",
                "If it was not you, change your password at once and tell your administrator.",
            ),
        ),
        "email-changed": MailText(
            "The e-mail address of your account at {tenant} was changed",
            (
                "The address of your account at {tenant} is {email} now, instead of {old}.",
                "If you did not expect this, tell your administrator.",
            ),
        ),
        "new-browser": MailText(
            "A new sign-in to {tenant}",
            (
                "Somebody signed in to your account at {tenant} from a browser that you had not used before.",
                "Time: {at}\nAddress: {address}\nBrowser: {browser}",
                "If it was not you, change your password at once and tell your administrator.",
            ),
        ),
        "factor-removed": MailText(
            "A second factor was removed at {tenant}",
            (
                "The second factor {factor} was removed from your account at {tenant} on {at}.",
                "If it was not you, change your password at once and tell your administrator.",
            ),
        ),
        "domain-failing": MailText(
            "A host name of {tenant} is not proven any more",
            (
                "The DNS does not prove any more that {domain} belongs to {tenant}. "
                "The name is served until {at}, and not after that.",
                "Restore the TXT record at _freehold.{domain}, or the CNAME record. "
                "Which one it must be is shown to the operators of the platform.",
            ),
        ),
        "domain-lapsed": MailText(
            "A host name of {tenant} is not served any more",
            (
                "The DNS has not proven for some days that {domain} belongs to {tenant}, so the name is not "
                "served.",
                "It is served again as soon as the TXT record at _freehold.{domain}, or the CNAME record, is "
                "there.",
            ),
        ),
        "support-asked": MailText(
            "Support requests access to {tenant}",
            (
                "{operator}, an operator of the platform, requests access to {tenant} for {minutes} minutes.",
                "Reason: {reason}",
                "Sign in to grant or refuse it. Without a grant there is no access.",
            ),
        ),
        "identity-linked": MailText(
            "A new way to sign in at {tenant}",
            (
                "On {at}, somebody signed in to your account at {tenant} with {provider} for the first time. "
                "The account there has your e-mail address.",
                "If it was not you, inform your administrator at once.",
            ),
        ),
    },
)

GERMAN: Final = Catalogue(
    language="de",
    greeting="Guten Tag {name},",
    hello="Guten Tag,",
    link_note="Der Link funktioniert einmal, bis {until}.",
    footer="Sie erhalten diese E-Mail, weil Sie ein Konto bei {tenant} ({host}) haben.",
    time="%d.%m.%Y %H:%M %Z",
    mails={
        "invitation": MailText(
            "Ihre Einladung zu {tenant}",
            ("Sie sind zu {tenant} eingeladen. Wählen Sie ein Passwort, um sich mit {to} anzumelden.",),
            "Einladung annehmen",
        ),
        "password-reset": MailText(
            "Neues Passwort für {tenant} wählen",
            (
                "Für Ihr Konto bei {tenant} wurde ein neues Passwort angefordert.",
                "Waren Sie das nicht, ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist.",
            ),
            "Neues Passwort wählen",
        ),
        "password-changed": MailText(
            "Ihr Passwort für {tenant} wurde geändert",
            (
                "Das Passwort Ihres Kontos bei {tenant} wurde geändert. Ihre anderen Sitzungen sind beendet.",
                "Waren Sie das nicht, fordern Sie sofort ein neues Passwort an und informieren Sie Ihre "
                "Administration.",
            ),
        ),
        "email-confirmation": MailText(
            "Bestätigen Sie Ihre E-Mail-Adresse für {tenant}",
            (
                "Sie möchten {email} für Ihr Konto bei {tenant} verwenden. Bestätigen Sie, dass die Adresse "
                "Ihnen gehört.",
                "Waren Sie das nicht, ignorieren Sie diese E-Mail: Es ändert sich nichts.",
            ),
            "Adresse bestätigen",
        ),
        "email-requested": MailText(
            "Eine neue E-Mail-Adresse für Ihr Konto bei {tenant}",
            (
                "Ihr Konto bei {tenant} soll die Adresse {email} bekommen, sobald sie bestätigt ist.",
                "Waren Sie das nicht, ändern Sie sofort Ihr Passwort und informieren Sie die Administration.",
            ),
        ),
        "email-changed": MailText(
            "Die E-Mail-Adresse Ihres Kontos bei {tenant} wurde geändert",
            (
                "Ihr Konto bei {tenant} hat jetzt die Adresse {email} statt {old}.",
                "Haben Sie das nicht erwartet, informieren Sie Ihre Administration.",
            ),
        ),
        "new-browser": MailText(
            "Eine neue Anmeldung bei {tenant}",
            (
                "Bei Ihrem Konto bei {tenant} hat sich jemand mit einem Browser angemeldet, den Sie bisher "
                "nicht verwendet haben.",
                "Zeit: {at}\nAdresse: {address}\nBrowser: {browser}",
                "Waren Sie das nicht, ändern Sie sofort Ihr Passwort und informieren Sie die Administration.",
            ),
        ),
        "factor-removed": MailText(
            "Ein zweiter Faktor wurde bei {tenant} entfernt",
            (
                "Der zweite Faktor {factor} wurde am {at} von Ihrem Konto bei {tenant} entfernt.",
                "Waren Sie das nicht, ändern Sie sofort Ihr Passwort und informieren Sie die Administration.",
            ),
        ),
        "domain-failing": MailText(
            "Ein Hostname von {tenant} ist nicht mehr belegt",
            (
                "Das DNS belegt nicht mehr, dass {domain} zu {tenant} gehört. "
                "Der Name führt noch bis {at} zu {tenant}, danach nicht mehr.",
                "Stellen Sie den TXT-Eintrag bei _freehold.{domain} oder den CNAME-Eintrag wieder her. "
                "Welcher es sein muss, weiß der Betrieb der Plattform.",
            ),
        ),
        "domain-lapsed": MailText(
            "Ein Hostname von {tenant} führt nicht mehr hierher",
            (
                "Das DNS belegt seit einigen Tagen nicht mehr, dass {domain} zu {tenant} gehört. "
                "Der Name führt deshalb nicht mehr hierher.",
                "Er führt wieder hierher, sobald der TXT-Eintrag bei _freehold.{domain} oder der "
                "CNAME-Eintrag vorhanden ist.",
            ),
        ),
        "support-asked": MailText(
            "Der Support bittet um Zugang zu {tenant}",
            (
                "{operator} vom Betrieb der Plattform bittet um Zugang zu {tenant} für {minutes} Minuten.",
                "Grund: {reason}",
                "Melden Sie sich an, um zuzustimmen oder abzulehnen. Ohne Zustimmung gibt es keinen Zugang.",
            ),
        ),
        "identity-linked": MailText(
            "Eine neue Art der Anmeldung bei {tenant}",
            (
                "Am {at} hat sich jemand erstmals mit {provider} bei Ihrem Konto bei {tenant} angemeldet. "
                "Das dortige Konto hat Ihre E-Mail-Adresse.",
                "Waren Sie das nicht, informieren Sie sofort die Administration.",
            ),
        ),
    },
)

_BY_LANGUAGE: Final[Mapping[str, Catalogue]] = {one.language: one for one in (ENGLISH, GERMAN)}


def catalogue_of(language: str) -> Catalogue:
    """Return the catalogue for a language tag (RFC 5646): that of its language, or the English one.

    >>> catalogue_of("de-CH").language, catalogue_of("").language
    ('de', 'en')
    """
    return _BY_LANGUAGE.get(language.partition("-")[0].lower(), ENGLISH)
