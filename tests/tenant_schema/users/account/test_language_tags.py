"""Language tags: the examples of RFC 5646, appendix A, and what is none."""

import pytest

from tenant_schema.users.account.language_tags import language_tag


@pytest.mark.parametrize(
    "tag",
    [
        *(
            "de",
            "fr",
            "zh-Hant",
            "sr-Cyrl",
            "zh-cmn-Hans-CN",
            "cmn-Hans-CN",
            "yue-HK",
            "zh-Hans-CN",
            "sr-Latn-RS",
        ),
        *(
            "sl-rozaj",
            "sl-rozaj-biske",
            "sl-nedis",
            "de-CH-1901",
            "sl-IT-nedis",
            "hy-Latn-IT-arevela",
            "es-419",
        ),
        *(
            "de-DE",
            "en-US",
            "de-CH-x-phonebk",
            "az-Arab-x-aze-derbend",
            "en-US-u-islamcal",
            "en-a-myext-b-another",
        ),
    ],
)
def test_a_well_formed_tag_in_any_case_is_written_in_its_usual_one(tag: str) -> None:
    assert language_tag(tag) == language_tag(tag.upper()) == language_tag(tag.lower()) == tag


@pytest.mark.parametrize(
    "text", ["", "d", "de_CH", "de-419-DE", "a-DE", "de-", "de-ſch", "x-whatever", "e" * 9, "de " * 9]
)
def test_what_is_no_tag(text: str) -> None:
    assert language_tag(text) is None
