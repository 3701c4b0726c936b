"""A tenant with something in every table that archives have, and values at the edges of every field type."""

import datetime as dt
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from piccolo_engines.columns import new_id, utc_now
from tenant_schema.apps.tables import App, AppPage, DefaultView, ListView, ListViewRole, UserItem
from tenant_schema.objects.definitions.drafts import FieldDraft
from tenant_schema.outbox import OutboxMessage
from tenant_schema.users.settings_tables import TenantSettings, UserPreference
from tenant_schema.users.sign_in_tables import (
    Factor,
    Identity,
    IdentityProvider,
    KnownBrowser,
    RecoveryCode,
    SignInSettings,
    SupportGrant,
)
from tenant_schema.users.tables import (
    ApiKey,
    AuditEvent,
    FieldRestriction,
    OneTimeLink,
    Role,
    RowRule,
    Session,
    User,
    UserRole,
)
from tests.tenant_schema.archives.databases import sealing
from tests.tenant_schema.objects.changes.drafts import field, made
from tests.tenant_schema.objects.changes.worlds import ADA, MANAGER, SCOPE, Tenant

OPTIONS = {"options": ["red", "green", "bläulich"]}
FIELDS = (
    field("name", required=True, indexed=True, searchable=True),
    field("code", unique=True, settings={"maxLength": 30}),
    field("short", settings={"maxLength": 5}),
    field("notes", "long_text", searchable=True),
    field("mail", "email", indexed=True),
    field("site", "url"),
    field("phone", "phone"),
    field("count", "integer", indexed=True),
    field("exact", "decimal", settings={"precision": 38, "scale": 10}),
    field("weight", "decimal", settings={"precision": 12, "scale": 3}, indexed=True),
    field("price", "currency"),
    field("share", "percent"),
    field("active", "boolean"),
    field("born", "date"),
    field("seen", "datetime", indexed=True),
    field("opens", "time"),
    field("color", "select", settings=OPTIONS, default="red"),
    field("colors", "multi_select", settings=OPTIONS),
    field("manager", "lookup", settings={"target": "users"}),
    field("parent", "lookup", settings={"target": "gadgets", "onDelete": "cascade"}),
    field("account", "lookup", settings={"target": "accounts", "onDelete": "restrict"}),
    field("number", "auto_number", settings={"format": "G-{0000}", "start": 7}),
    field("document", "json"),
)
FULL: dict[str, Any] = {
    "name": "Ärger 'mit' \"Zeichen\" \\ % {} \U0001f600 \x7f ",
    "short": "äöü€😀",
    "notes": "Zeile eins\nZeile zwei\tmit Tab\r\nund Ende\u2028",
    "mail": "ada@example.com",
    "site": "https://example.com/?q=%20'",
    "phone": "+49 30 123456",
    "count": 2**63 - 1,
    "exact": "1234567890123456789012345678.0123456789",
    "weight": "-999999999.999",
    "price": "9999999999999.99",
    "share": "-12.50",
    "active": True,
    "born": "9999-12-31",
    "seen": "9999-12-31T23:59:59.999999Z",
    "opens": "23:59:59.999999",
    "color": "bläulich",
    "colors": ["bläulich", "red"],
    "manager": str(ADA),
    "document": {"z": [1, -1.5e-3, True, None, "\u0000"], "a": {"b": 2**53}},
}
ZERO: dict[str, Any] = {
    "name": "0",
    "count": -(2**63),
    "exact": "-0.0000000001",
    "weight": "0",
    "price": "0.10",
    "share": "100",
    "active": False,
    "born": "1000-01-01",
    "seen": "1000-01-01T00:00:00Z",
    "opens": "00:00",
    "document": 0,
}


async def fill_everything(tenant: Tenant) -> list[str]:
    """Fill every table. Returns the ids of the gadgets."""
    await made(tenant, "gadgets", *FIELDS, name_field="name")
    await tenant.add_field("accounts", field("extra", indexed=True))
    ids = await fill_records(tenant, [FULL, ZERO, {"name": "a third one"}])
    await _fill_users()
    await _fill_apps()
    return ids


async def fill_records(tenant: Tenant, bodies: list[dict[str, Any]]) -> list[str]:
    """Gadgets, of which one has a history, one lies in the trash and one refers to an account."""
    account = (await tenant.records.create(SCOPE, MANAGER, "accounts", {"name": "Initech"})).data["id"]
    ids: list[str] = []
    for body in bodies:
        more = {"account": account, "parent": ids[-1] if ids else None}
        ids.append(str((await tenant.records.create(SCOPE, MANAGER, "gadgets", {**body, **more})).data["id"]))
    change = {"price": "1.25", "notes": None}
    await tenant.records.update(SCOPE, MANAGER, "gadgets", UUID(ids[0]), change)
    await tenant.records.delete(SCOPE, MANAGER, "gadgets", UUID(ids[-1]))
    return ids


async def _fill_users() -> None:
    seal, now = sealing("acme")[1], utc_now()
    role = Role(name="night-shift", label="Night shift", mfa_required=True)
    bob = User(email="bob@acme.example", password_hash="$argon2id$hash", time_zone="Europe/Berlin")
    await Role.insert(role)
    await User.insert(bob)
    await UserRole.insert(UserRole(user=bob.id, role=role.id))
    await FieldRestriction.insert(FieldRestriction(role=role.id, object="gadgets", field="price"))
    rule = '{"and": [{"b": {"eq": 1}}, {"a": {"eq": 1.50}}]}'
    await RowRule.insert(RowRule(role=role.id, object="gadgets", action="read", filter=rule))
    await Factor.insert(
        Factor(user=bob.id, kind="totp", secret=seal("JBSWY3DP"), confirmed_at=now),
        Factor(user=bob.id, kind="passkey", credential_hash="c" * 64, credential_id="id", sign_count=2**40),
    )
    provider = IdentityProvider(
        name="google", issuer="https://idp.example", client_id="c", client_secret=seal("hush")
    )
    await IdentityProvider.insert(provider)
    await Identity.insert(Identity(user=bob.id, provider=provider.id, subject="1", subject_hash="d" * 64))
    await SignInSettings.insert(SignInSettings(allowed_origins='["https://app.example"]'))
    await TenantSettings.insert(TenantSettings(display_name="Acme", logo=bytes(range(256)) * 4))
    await UserPreference.insert(UserPreference(user=bob.id, key="theme", value='{"dark": true}'))
    await AuditEvent.insert(AuditEvent(actor=bob.id, action="test", detail='{"b":1,"a":[null,"ü"]}'))
    await _fill_bound_to_the_tenant(bob.id)


async def _fill_bound_to_the_tenant(user: UUID) -> None:
    """What another tenant does not get, and what nobody gets."""
    now, seal = utc_now(), sealing("acme")[1]
    await ApiKey.insert(ApiKey(user=user, name="program", prefix="fhk_abcdefgh", secret_hash="a" * 64))
    await KnownBrowser.insert(KnownBrowser(user=user, device_hash="e" * 64, last_seen_at=now))
    await RecoveryCode.insert(RecoveryCode(user=user, code_hash="f" * 64))
    await SupportGrant.insert(
        SupportGrant(
            operator_id=new_id(), operator_name="root", reason="?", minutes=5, state="ended", ended_at=now
        )
    )
    await OutboxMessage.insert(OutboxMessage(kind="mail", payload=seal('{"to": "bob"}'), due_at=now))
    session = Session(user=user, family_hash="b" * 64, last_used_at=now, idle_expires_at=now, expires_at=now)
    await Session.insert(session)
    await OneTimeLink.insert(
        OneTimeLink(user=user, purpose="invitation", token_hash="c" * 64, expires_at=now)
    )


async def _fill_apps() -> None:
    app = App(name="sales", label="Sales", navigation='[{"page": "deals"}]')
    view = ListView(
        object="gadgets", label="Mine", owner=ADA, filter='{"z": 1, "a": 2}', widths='{"name": 120}'
    )
    role = (await Role.select(Role.id).order_by(Role.id).first())["id"]
    await App.insert(app)
    await AppPage.insert(AppPage(app=app.id, name="list", type="list", object="gadgets", layout='{"b":1}'))
    await ListView.insert(view)
    await ListViewRole.insert(ListViewRole(view=view.id, role=role))
    await DefaultView.insert(DefaultView(user=ADA, object="gadgets", view=view.id))
    await UserItem.insert(
        UserItem(user=ADA, collection="recent", kind="view", item=view.id, seen_at=utc_now())
    )


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
_LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
_FIRST = dt.datetime.combine(dt.date(1000, 1, 1), dt.time())
_NUMBERS = st.integers(-(10**12) + 1, 10**12 - 1)
_DOCUMENTS = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_TYPES: dict[str, tuple[dict[str, Any], st.SearchStrategy[Any]]] = {
    "text": ({}, _TEXT),
    "long_text": ({}, _LINES),
    "email": ({}, st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True)),
    "integer": ({}, st.integers(-(2**63), 2**63 - 1)),
    "decimal": ({"precision": 30, "scale": 6}, _NUMBERS.map(lambda n: f"{n}.{abs(n) % 10**6:06d}")),
    "currency": ({}, _NUMBERS.map(lambda n: f"{n}.{abs(n) % 100:02d}")),
    "percent": ({}, st.integers(-(10**4), 10**4).map(lambda n: f"{n}.5")),
    "boolean": ({}, st.booleans()),
    "date": ({}, st.dates(min_value=dt.date(1000, 1, 1)).map(str)),
    "datetime": (
        {},
        st.datetimes(min_value=_FIRST).map(lambda m: f"{m.isoformat()}Z"),
    ),
    "time": ({}, st.times().map(lambda t: t.isoformat())),
    "select": (OPTIONS, st.sampled_from(OPTIONS["options"])),
    "multi_select": (OPTIONS, st.lists(st.sampled_from(OPTIONS["options"]), unique=True)),
    "json": ({}, _DOCUMENTS),
    "lookup": ({"target": "users"}, st.just(str(ADA))),
}


_TIMES: st.SearchStrategy[Any] = st.none() | st.datetimes(min_value=_FIRST, timezones=st.just(dt.UTC))
_USER = {
    "email": st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True),
    "name": _TEXT,
    "password_hash": _TEXT,
    "active": st.booleans(),
    "last_sign_in_at": _TIMES,
}


def users() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Values of users with different addresses."""
    one = st.fixed_dictionaries(_USER)
    return st.lists(one, max_size=4, unique_by=lambda user: user["email"])


@st.composite
def objects(draw: st.DrawFn, name: str) -> tuple[list[FieldDraft], list[dict[str, Any]]]:
    """Fields of an object, and bodies of records for it."""
    types = draw(st.lists(st.sampled_from([*_TYPES]), min_size=1, max_size=12))
    fields, values = list[FieldDraft](), dict[str, st.SearchStrategy[Any]]()
    for number, kind in enumerate(types):
        its, (settings, strategy) = f"{kind}_{number}", _TYPES[kind]
        indexed = kind not in {"long_text", "multi_select", "json"} and draw(st.booleans())
        searched = kind in {"text", "long_text", "email", "select"} and draw(st.booleans())
        fields.append(field(its, kind, settings=settings, indexed=indexed, searchable=searched))
        values[its] = st.none() | strategy
    bodies = draw(st.lists(st.fixed_dictionaries({}, optional=values), max_size=5))
    return fields, bodies
