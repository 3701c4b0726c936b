"""German texts of what every tenant starts with: objects, fields, options, apps, pages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["labels_of", "texts_of"]

_GERMAN: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The fields of every record.
        "Version": "Version",
        "Created at": "Angelegt am",
        "Updated at": "Geändert am",
        "Created by": "Angelegt von",
        "Updated by": "Geändert von",
        "Deleted at": "Gelöscht am",
        "Owner": "Zuständig",
        # Objects.
        "Account": "Firma",
        "Accounts": "Firmen",
        "Companies that one does business with.": "Firmen, mit denen man Geschäfte macht.",
        "Contact": "Kontakt",
        "Contacts": "Kontakte",
        "People that one does business with, at accounts or on their own.": (
            "Menschen, mit denen man Geschäfte macht, in Firmen oder für sich."
        ),
        "Opportunity": "Verkaufschance",
        "Opportunities": "Verkaufschancen",
        "Sales that may come about, from the first talk to the signature.": (
            "Verkäufe, die zustande kommen können, vom ersten Gespräch bis zur Unterschrift."
        ),
        # Fields.
        "Name": "Name",
        "Website": "Website",
        "Phone": "Telefon",
        "E-mail": "E-Mail",
        "Type": "Art",
        "Industry": "Branche",
        "Annual revenue": "Jahresumsatz",
        "Employees": "Beschäftigte",
        "Description": "Beschreibung",
        "Billing street": "Rechnung: Straße",
        "Billing city": "Rechnung: Ort",
        "Billing region": "Rechnung: Region",
        "Billing postal code": "Rechnung: Postleitzahl",
        "Billing country": "Rechnung: Land",
        "First name": "Vorname",
        "Last name": "Nachname",
        "Title": "Position",
        "Department": "Abteilung",
        "Mobile": "Mobiltelefon",
        "Lead source": "Herkunft",
        "Birthday": "Geburtstag",
        "Mailing street": "Post: Straße",
        "Mailing city": "Post: Ort",
        "Mailing region": "Post: Region",
        "Mailing postal code": "Post: Postleitzahl",
        "Mailing country": "Post: Land",
        "Primary contact": "Wichtigster Kontakt",
        "Stage": "Phase",
        "Amount": "Betrag",
        "Close date": "Abschluss am",
        "Probability": "Wahrscheinlichkeit",
        "Next step": "Nächster Schritt",
        # Options.
        "Prospect": "Interessent",
        "Customer": "Kunde",
        "Partner": "Partner",
        "Supplier": "Lieferant",
        "Other": "Sonstige",
        "Web": "Web",
        "Referral": "Empfehlung",
        "Event": "Veranstaltung",
        "Advertisement": "Werbung",
        "Agriculture": "Landwirtschaft",
        "Construction": "Bau",
        "Consulting": "Beratung",
        "Education": "Bildung",
        "Energy": "Energie",
        "Finance": "Finanzen",
        "Government": "Öffentlicher Dienst",
        "Healthcare": "Gesundheit",
        "Hospitality": "Gastgewerbe",
        "Insurance": "Versicherung",
        "Manufacturing": "Fertigung",
        "Media": "Medien",
        "Nonprofit": "Gemeinnützig",
        "Real estate": "Immobilien",
        "Retail": "Einzelhandel",
        "Technology": "Technologie",
        "Telecommunications": "Telekommunikation",
        "Transportation": "Transport",
        "Utilities": "Versorgung",
        "Prospecting": "Anbahnung",
        "Qualification": "Prüfung",
        "Proposal": "Angebot",
        "Negotiation": "Verhandlung",
        "Won": "Gewonnen",
        "Lost": "Verloren",
        "New business": "Neugeschäft",
        "Existing business": "Bestandsgeschäft",
        "Renewal": "Verlängerung",
        # Apps, their menus, pages and sections.
        "Sales": "Vertrieb",
        "The companies and people one does business with, and what one is selling them.": (
            "Die Firmen und Menschen, mit denen man Geschäfte macht, und was man ihnen verkauft."
        ),
        "Customers": "Kunden",
        "Selling": "Verkauf",
        "My open opportunities": "Meine offenen Verkaufschancen",
        "Billing address": "Rechnungsanschrift",
        "Mailing address": "Postanschrift",
        "History": "Verlauf",
        "Reach": "Erreichbar unter",
        "More": "Weiteres",
        "Sale": "Verkauf",
    }
)


def labels_of(label: str) -> dict[str, dict[str, str]]:
    """Return the translations of a label, as definitions have them. Raises KeyError for one without.

    >>> labels_of("Industry")
    {'de': {'label': 'Branche'}}
    """
    return texts_of(label=label)


def texts_of(**texts: str) -> dict[str, dict[str, str]]:
    """Return the translations of several texts by their names, without those that are empty."""
    return {"de": {name: _GERMAN[text] for name, text in texts.items() if text}}
