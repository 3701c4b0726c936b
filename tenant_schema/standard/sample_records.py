"""The sample records, as bodies of the record API.

A lookup contains the key of another sample record, and a close date the days from the day of the creation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["SAMPLE_RECORDS", "SampleRecord"]


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """A sample record. ``key`` identifies it among all of them, and never changes.

    :ivar lookups: keys of other sample records, by field.
    :ivar days: days from the creation, by field of the type ``date``.
    """

    key: str
    object_name: str
    body: Mapping[str, Any]
    lookups: Mapping[str, str]
    days: Mapping[str, int]


_ACCOUNTS: Final = (
    ("Northwind Logistics", "customer", "transportation", 48_200_000, 310, "Hamburg", "Germany"),
    ("Brightwater Energy", "customer", "energy", 126_000_000, 840, "Rotterdam", "Netherlands"),
    ("Alder & Finch", "prospect", "consulting", 6_400_000, 42, "Dublin", "Ireland"),
    ("Solstice Health", "customer", "healthcare", 33_900_000, 275, "Boston", "United States"),
    ("Copperline Manufacturing", "prospect", "manufacturing", 71_500_000, 560, "Pittsburgh", "United States"),
    ("Marigold Foods", "customer", "retail", 18_700_000, 190, "Lyon", "France"),
    ("Halcyon Insurance", "prospect", "insurance", 250_000_000, 1_900, "Zürich", "Switzerland"),
    ("Quill & Press", "partner", "media", 4_100_000, 28, "Edinburgh", "United Kingdom"),
    ("Tamarack Software", "partner", "technology", 12_300_000, 96, "Toronto", "Canada"),
    ("Seabright Hotels", "prospect", "hospitality", 22_800_000, 420, "Lisbon", "Portugal"),
    ("Ironwood Construction", "customer", "construction", 39_600_000, 365, "Vienna", "Austria"),
    ("Juniper Academy", "prospect", "education", 5_200_000, 110, "Copenhagen", "Denmark"),
)
"""Name, type, industry, annual revenue, employees, city and country."""

_CONTACTS: Final = (
    ("Hanna", "Vogel", 0, "Head of Operations", "referral"),
    ("Malik", "Okafor", 0, "Fleet Manager", "web"),
    ("Ingrid", "de Boer", 1, "Chief Procurement Officer", "event"),
    ("Tomás", "Rivera", 1, "Energy Analyst", "web"),
    ("Aoife", "Brennan", 2, "Managing Partner", "referral"),
    ("Priya", "Raman", 3, "Director of Patient Services", "partner"),
    ("Daniel", "Whitcomb", 3, "IT Manager", "phone"),
    ("Louise", "Carver", 4, "Plant Manager", "event"),
    ("Étienne", "Marchand", 5, "Purchasing Manager", "web"),
    ("Sofie", "Keller", 6, "Head of Claims", "event"),
    ("Callum", "Reid", 7, "Editor in Chief", "partner"),
    ("Mei", "Tanaka", 8, "Head of Partnerships", "partner"),
    ("Joana", "Ferreira", 9, "General Manager", "web"),
    ("Stefan", "Huber", 10, "Project Director", "referral"),
    ("Freja", "Lindqvist", 11, "Principal", "advertisement"),
)
"""First name, last name, number of the account, title and lead source."""

_OPPORTUNITIES: Final = (
    ("Fleet tracking for 120 trucks", 0, 0, "negotiation", 186_000, 21, 70),
    ("Warehouse scanners", 0, 1, "won", 42_500, -34, 100),
    ("Metering platform", 1, 2, "proposal", 540_000, 48, 55),
    ("Consumption reports", 1, 3, "qualification", 68_000, 75, 30),
    ("Intranet for 40 people", 2, 4, "prospecting", 18_900, 90, 10),
    ("Appointment portal", 3, 5, "won", 97_300, -12, 100),
    ("Single sign-on", 3, 6, "proposal", 35_000, 30, 60),
    ("Maintenance planning", 4, 7, "qualification", 210_000, 120, 25),
    ("Online ordering", 5, 8, "won", 61_200, -68, 100),
    ("Renewal of support", 5, 8, "negotiation", 24_000, 14, 85),
    ("Claims archive", 6, 9, "prospecting", 820_000, 180, 10),
    ("Joint newsletter", 7, 10, "lost", 7_500, -20, 0),
    ("Reseller agreement", 8, 11, "negotiation", 120_000, 35, 65),
    ("Booking engine", 9, 12, "proposal", 88_000, 60, 45),
    ("Site documentation", 10, 13, "won", 54_000, -90, 100),
    ("Tablets for classes", 11, 14, "lost", 31_000, -41, 0),
)
"""Name, numbers of the account and the contact, stage, amount, days until the close date and probability."""


def _records() -> Iterator[SampleRecord]:
    for place, (name, type_, industry, revenue, employees, city, country) in enumerate(_ACCOUNTS):
        domain = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())
        body = {
            "name": name,
            "type": type_,
            "industry": industry,
            "annual_revenue": str(revenue),
            "employees": employees,
            "website": f"https://{domain}.example",
            "billing_city": city,
            "billing_country": country,
        }
        yield SampleRecord(f"account-{place}", "accounts", body, {}, {})
    for place, (first, last, account, title, source) in enumerate(_CONTACTS):
        body = {
            "first_name": first,
            "last_name": last,
            "title": title,
            "lead_source": source,
            "email": f"contact{place + 1}@example.com",
        }
        lookups = {"account": f"account-{account}"}
        yield SampleRecord(f"contact-{place}", "contacts", body, lookups, {})
    for place, (name, account, contact, stage, amount, days, probability) in enumerate(_OPPORTUNITIES):
        body = {"name": name, "stage": stage, "amount": str(amount), "probability": str(probability)}
        lookups = {"account": f"account-{account}", "contact": f"contact-{contact}"}
        key = f"opportunity-{place}"
        yield SampleRecord(key, "opportunities", body, lookups, {"close_date": days})


SAMPLE_RECORDS: Final = tuple(_records())
"""All of them; what is looked into comes before what looks into it."""
