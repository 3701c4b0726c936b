"""``returnTo``: paths of the same host, whatever a browser makes of them."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenant_schema.users.identity_providers.return_to import is_own_path


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/deals",
        "/deals/0190f3a2?view=open&filter[stage]=won#history",
        "/search?q=https://evil.example//x&next=%2F%2Fevil.example",
        "/a%20b/%C3%BC",
        "/@user/a:b",
    ],
)
def test_paths_are_accepted(path: str) -> None:
    assert is_own_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "deals",
        "?x",
        "#x",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/a\r\nSet-Cookie: x=y",
        "/%2f/evil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "/%255cevil.example",
        "/%0d%0aSet-Cookie:x=y",
        "/%00",
        "/a//b",
        "/./evil",
        "/../evil",
        "/a/..//evil.example",
        "/.//evil.example",
        "/%",
        "/%zz",
        "/ü",
        "/\u2028",
        "/\u3002evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "//user@evil.example",
        "/[::1]\\x",
        "/" + "x" * 2_000,
    ],
)
def test_everything_else_is_refused(path: str) -> None:
    assert not is_own_path(path)


@given(st.text(alphabet="/\\.:@%?#25cfCF0ae[]\t \n", max_size=12).map(lambda text: f"/{text}"))
@example("/[")
def test_what_is_accepted_stays_on_the_host(path: str) -> None:
    if is_own_path(path):
        there = urlsplit(urljoin("https://acme.example/sign-in", path))
        assert (there.scheme, there.netloc) == ("https", "acme.example")
        assert not path.replace("\\", "/").startswith("//")
        assert path.isprintable()
