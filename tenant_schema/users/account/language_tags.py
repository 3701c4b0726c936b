"""Language tags: the form of RFC 5646, in which users say their language."""

import re
from typing import Final

__all__ = ["LANGUAGE_LENGTH", "language_tag"]

LANGUAGE_LENGTH: Final = 35
"""Characters: RFC 5646, section 4.4.1 says that this is enough."""

_TAG: Final = re.compile(
    r"""([a-z]{2,3}(?:-[a-z]{3}){0,3} | [a-z]{4,8})  # language
    (?:-([a-z]{4}))?                                 # script
    (?:-([a-z]{2}|[0-9]{3}))?                        # region
    ((?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*        # variants
    (?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*             # extensions
    (?:-x(?:-[a-z0-9]{1,8})+)?)                      # private use
    """,
    re.VERBOSE,
)


def language_tag(text: str) -> str | None:
    """Return a well-formed tag in its usual case, or None. Whether it is registered is not checked.

    Tags of private use alone and those that RFC 5646 calls grandfathered are not accepted.

    >>> language_tag("DE-latn-ch"), language_tag("en-us-u-ca-iso8601"), language_tag("d")
    ('de-Latn-CH', 'en-US-u-ca-iso8601', None)
    """
    match = _TAG.fullmatch(text.lower()) if len(text) <= LANGUAGE_LENGTH and text.isascii() else None
    if match is None:
        return None
    language, script, region, rest = match.groups()
    return "-".join(filter(None, (language, script and script.title(), region and region.upper()))) + rest
