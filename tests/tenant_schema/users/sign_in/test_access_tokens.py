"""Access tokens: bound to the tenant, to HS256, to their time; remembered, but no longer than they last."""

import base64
import json
from uuid import UUID, uuid4

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import TokenExpired, TokenInvalid
from tenant_schema.users.sign_in.access_tokens import AccessTokens, SigningKeys
from tests.tenant_schema.users.conftest import signing_keys
from tests.tenant_schema.users.doubles import Clock

SCOPE = TenantScope(UUID(int=7), "acme", "Acme")
USER, SESSION = uuid4(), uuid4()
FAR = 10**12


@pytest.fixture
def tokens(clock: Clock) -> AccessTokens:
    return AccessTokens(signing_keys, clock=clock.unix)


def claims(clock: Clock, **changes: object) -> dict[str, object]:
    """The claims of a good token, changed; a claim changed to ... is left out."""
    good = {
        "iss": "freehold",
        "aud": str(SCOPE.id),
        "sub": str(USER),
        "sid": str(SESSION),
        "jti": "1",
        "iat": int(clock.unix()),
        "exp": int(clock.unix()) + 60,
    }
    return {name: value for name, value in (good | changes).items() if value is not ...}


def signed(
    payload: dict[str, object], *, algorithm: str = "HS256", kid: object = "k1", key: bytes | None = None
) -> str:
    headers = {} if kid is ... else {"kid": kid}
    return jwt.encode(payload, key or signing_keys(SCOPE.id).keys["k1"], algorithm, headers=headers)


def test_a_token_is_read_back(tokens: AccessTokens, clock: Clock) -> None:
    issued = tokens.issue(SCOPE, USER, SESSION, until=FAR)

    read = tokens.read(SCOPE, issued.text)

    assert (read.user_id, read.session_id) == (USER, SESSION)
    assert read.expires_at == clock.unix() + 900
    assert issued.expires_in == 900


def test_no_two_tokens_are_the_same(tokens: AccessTokens) -> None:
    texts = {tokens.issue(SCOPE, USER, SESSION, until=FAR).text for _ in range(10)}

    assert len(texts) == 10


def test_a_token_does_not_outlive_its_session(tokens: AccessTokens, clock: Clock) -> None:
    issued = tokens.issue(SCOPE, USER, SESSION, until=clock.unix() + 10)

    assert issued.expires_in == 10
    clock.advance(seconds=10)
    with pytest.raises(TokenExpired):
        tokens.read(SCOPE, issued.text)


def test_a_remembered_token_expires_like_any_other(tokens: AccessTokens, clock: Clock) -> None:
    text = tokens.issue(SCOPE, USER, SESSION, until=FAR).text
    tokens.read(SCOPE, text)

    clock.advance(seconds=899)
    tokens.read(SCOPE, text)
    clock.advance(seconds=1)
    with pytest.raises(TokenExpired):
        tokens.read(SCOPE, text)


def test_a_token_is_worth_nothing_in_another_tenant(tokens: AccessTokens) -> None:
    text = tokens.issue(SCOPE, USER, SESSION, until=FAR).text
    tokens.read(SCOPE, text)

    with pytest.raises(TokenInvalid):
        tokens.read(replace(SCOPE, id=UUID(int=8)), text)


def test_either_binding_to_the_tenant_is_enough(clock: Clock) -> None:
    one_key = SigningKeys("k1", {"k1": b"k" * 32})
    tokens = AccessTokens(lambda _: one_key, clock=clock.unix)
    text = tokens.issue(SCOPE, USER, SESSION, until=FAR).text

    with pytest.raises(TokenInvalid):
        tokens.read(replace(SCOPE, id=UUID(int=8)), text)


def test_good_claims_make_a_good_token(tokens: AccessTokens, clock: Clock) -> None:
    assert tokens.read(SCOPE, signed(claims(clock))).session_id == SESSION


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "sid", "jti", "iat", "exp"])
def test_a_token_without_one_of_its_claims_is_refused(tokens: AccessTokens, clock: Clock, claim: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.read(SCOPE, signed(claims(clock, **{claim: ...})))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": str(UUID(int=8))},
        {"aud": [str(SCOPE.id)]},
        {"aud": [str(SCOPE.id), str(UUID(int=8))]},
        {"sub": "ada"},
        {"sid": "1"},
        {"sid": 1},
        {"exp": True},
        {"exp": 1e300},
        {"exp": "soon"},
        {"exp": None},
        {"nbf": 10**12},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(tokens: AccessTokens, clock: Clock, changes: dict) -> None:
    with pytest.raises(TokenInvalid):
        tokens.read(SCOPE, signed(claims(clock, **changes)))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
@pytest.mark.filterwarnings("ignore:The HMAC key is:jwt.warnings.InsecureKeyLengthWarning")
def test_no_other_algorithm_is_accepted(tokens: AccessTokens, clock: Clock, algorithm: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.read(SCOPE, signed(claims(clock), algorithm=algorithm))


def test_an_unsigned_token_is_refused(tokens: AccessTokens, clock: Clock) -> None:
    unsigned = jwt.encode(claims(clock), None, "none", headers={"kid": "k1"})

    with pytest.raises(TokenInvalid):
        tokens.read(SCOPE, unsigned)


@pytest.mark.parametrize("kid", [..., "k2", "", "__class__", "../../etc/passwd"])
def test_a_token_with_an_unknown_key_is_refused(tokens: AccessTokens, clock: Clock, kid: object) -> None:
    with pytest.raises(TokenInvalid):
        tokens.read(SCOPE, signed(claims(clock), kid=kid))


def test_a_token_with_another_key_is_refused(tokens: AccessTokens, clock: Clock) -> None:
    with pytest.raises(TokenInvalid):
        tokens.read(SCOPE, signed(claims(clock), key=b"x" * 32))


def test_an_expired_token_that_is_not_ours_is_invalid_and_not_expired(
    tokens: AccessTokens, clock: Clock
) -> None:
    with pytest.raises(TokenInvalid):
        tokens.read(SCOPE, signed(claims(clock, exp=1), key=b"x" * 32))


def test_a_payload_that_was_changed_is_refused(tokens: AccessTokens, clock: Clock) -> None:
    header, payload, signature = tokens.issue(SCOPE, USER, SESSION, until=FAR).text.split(".")
    changed = json.loads(base64.urlsafe_b64decode(payload + "==")) | {"sub": str(uuid4())}
    payload = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")

    with pytest.raises(TokenInvalid):
        tokens.read(SCOPE, f"{header}.{payload}.{signature}")


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")) | st.just("a." * 5_000))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(TokenInvalid):
        AccessTokens(signing_keys).read(SCOPE, text)


@pytest.mark.parametrize("text", ["", ".", "..", "e30.e30.", "[]", "W10.W10.W10", "\ud800", "a" * 3_000])
def test_what_looks_a_little_like_a_token_is_refused(tokens: AccessTokens, text: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.read(SCOPE, text)


def test_a_replaced_key_is_accepted_until_it_is_taken_away(clock: Clock) -> None:
    old, new = {"k1": b"1" * 32}, {"k2": b"2" * 32}
    text = (
        AccessTokens(lambda _: SigningKeys("k1", old), clock=clock.unix)
        .issue(SCOPE, USER, SESSION, until=FAR)
        .text
    )

    both = AccessTokens(lambda _: SigningKeys("k2", old | new), clock=clock.unix)
    both.read(SCOPE, text)
    assert jwt.get_unverified_header(both.issue(SCOPE, USER, SESSION, until=FAR).text)["kid"] == "k2"
    with pytest.raises(TokenInvalid):
        AccessTokens(lambda _: SigningKeys("k2", new), clock=clock.unix).read(SCOPE, text)


def test_reading_again_does_not_decode_again_and_forgets_the_oldest(clock: Clock) -> None:
    asked = []

    def counted_keys(tenant_id: UUID) -> SigningKeys:
        asked.append(tenant_id)
        return signing_keys(tenant_id)

    tokens = AccessTokens(counted_keys, clock=clock.unix, remembered=2)
    texts = [tokens.issue(SCOPE, USER, SESSION, until=FAR).text for _ in range(3)]
    asked.clear()

    for text in (texts[0], texts[0], texts[1], texts[1]):
        tokens.read(SCOPE, text)
    assert len(asked) == 2
    for text in (
        texts[0],
        texts[2],
        texts[0],
        texts[1],
    ):  # 1 was asked for longest ago, so it goes when 2 comes
        tokens.read(SCOPE, text)
    assert len(asked) == 4
