"""Translations of labels in responses and request bodies."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from tenant_schema.objects.fields.translations import MOST_LANGUAGES

__all__ = ["LabelTranslations"]

LabelTranslations = Annotated[
    Mapping[str, Mapping[str, str]],
    Meta(
        max_length=MOST_LANGUAGES,
        description="Texts in other languages, by language tag such as de or pt-BR. A change gives all.",
        examples=[{"de": {"label": "Kunde"}}],
    ),
]
"""Texts by language tag, then by their name."""
