"""Keys: made, looked at, and put in one another's place."""

import re
from uuid import UUID

import pytest

from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from tests.api.cli.conftest import Run, Told
from tests.api.conftest import KEY

NEW = EncryptionKey.from_hex(generate_key())
BOTH = f"{NEW.secret.hex()},{KEY.secret.hex()}"


@pytest.fixture
def sealed(call: Run, told: Told) -> dict[str, UUID]:
    """Credentials of both tenants, as a server with users would have them."""
    ids = {one["slug"]: UUID(one["tenantId"]) for one in told("tenants", "list")}
    for slug, tenant_id in ids.items():
        secret = Vault([KEY]).seal(f"password of {slug}", tenant_id)
        keep(call, f"await Credential(tenant=tenant.id, username='u', secret={secret!r}).save()", slug)
    return ids


def keep(call: Run, source: str, slug: str = "acme", **environ: str) -> str:
    return call("shell", slug, "-c", f"from central.tables import Credential\n{source}", **environ).stdout


def secrets(call: Run, **environ: str) -> list[str]:
    script = "print('\\n'.join(r['secret'] for r in await Credential.select()))"
    return keep(call, script, **environ).splitlines()


def test_a_new_key_is_one_that_can_be_used(call: Run) -> None:
    printed = call("keys", "generate", "--text").stdout
    assert re.fullmatch(r"[0-9a-f]{64}\n", printed)
    assert printed != call("keys", "generate", "--text").stdout
    call("tenants", "list", ENCRYPTION_KEY=f"{printed.strip()},{KEY.secret.hex()}")


def test_rotating_puts_everything_under_the_first_key(call: Run, told: Told, sealed: dict[str, UUID]) -> None:
    before = secrets(call)
    rotated = told("keys", "rotate", ENCRYPTION_KEY=BOTH)
    assert (rotated["key"], rotated["done"], rotated["failed"]) == (NEW.id, 2, 0)
    after = secrets(call, ENCRYPTION_KEY=BOTH)
    opened = {Vault([NEW]).open(one, tenant_id) for one, tenant_id in zip_by_tenant(after, sealed)}
    assert opened == {"password of acme", "password of demo"}
    assert not set(before) & set(after)
    rotated = told("keys", "rotate", ENCRYPTION_KEY=BOTH)
    assert (rotated["key"], rotated["done"], rotated["failed"]) == (NEW.id, 0, 0)
    assert secrets(call, ENCRYPTION_KEY=NEW.secret.hex()) == after


def test_rotating_seals_the_secrets_of_tenants(call: Run, told: Told, sealed: dict[str, UUID]) -> None:
    def provider(source: str, **environ: str) -> str:
        script = f"from tenant_schema.users.sign_in_tables import IdentityProvider\n{source}"
        return call("shell", "acme", "-c", script, **environ).stdout.strip()

    secret = Vault([KEY]).seal("of the client", sealed["acme"])
    values = f"name='company', issuer='x', client_id='x', client_secret={secret!r}"
    provider(f"await IdentityProvider({values}).save()")
    rotated = told("keys", "rotate", ENCRYPTION_KEY=BOTH)["secrets"]
    assert rotated == {"tenants": 2, "done": 1, "failures": {}}
    found = provider("print((await IdentityProvider.select())[0]['client_secret'])", ENCRYPTION_KEY=BOTH)
    assert Vault([NEW]).open(found, sealed["acme"]) == "of the client"
    assert told("keys", "rotate", ENCRYPTION_KEY=BOTH)["secrets"]["done"] == 0


def zip_by_tenant(found: list[str], ids: dict[str, UUID]) -> list[tuple[str, UUID]]:
    """Each secret with the tenant for whom it opens."""
    pairs = []
    for one in found:
        for tenant_id in ids.values():
            try:
                Vault([NEW]).open(one, tenant_id)
            except Exception:  # noqa: BLE001, S112 # it is somebody else's
                continue
            pairs.append((one, tenant_id))
    return pairs


def test_what_cannot_be_opened_is_reported_and_the_rest_is_done(
    call: Run, told: Told, sealed: dict[str, UUID]
) -> None:
    other = EncryptionKey.from_hex(generate_key())
    secret = Vault([other]).seal("lost", sealed["demo"])
    keep(
        call,
        f"await Credential.update({{Credential.secret: {secret!r}}}).where(Credential.tenant == tenant.id)",
        "demo",
    )
    done = call("keys", "rotate", "--text", status=3, ENCRYPTION_KEY=BOTH)
    assert "1 credentials were sealed" in done.stdout
    assert "1 could not be opened" in done.stderr
    shown = {one["key"]: one for one in told("keys", "status", ENCRYPTION_KEY=BOTH)}
    assert shown == {
        NEW.id: {"key": NEW.id, "does": "opens and seals", "credentials": 1, "entries": 8},
        KEY.id: {"key": KEY.id, "does": "opens", "credentials": 0, "entries": 0},
        other.id: {"key": other.id, "does": "is missing", "credentials": 1, "entries": 0},
    }


def test_the_doctor_sees_how_far_it_is(told: Told, sealed: dict[str, UUID]) -> None:
    def about_keys(status: int = 0, **environ: str) -> list[tuple[str, str, str]]:
        found = told("doctor", status=status, **environ)
        return [(one["level"], one["about"], one.get("mend", "")) for one in found if "key" in one["about"]]

    assert about_keys() == [("ok", "encryption keys", "")]
    ((level, about, mend),) = about_keys(ENCRYPTION_KEY=BOTH)
    assert (level, about, mend) == ("warning", f"encryption key {KEY.id}", "freehold keys rotate")
    ((level, about, mend),) = about_keys(status=1, ENCRYPTION_KEY=NEW.secret.hex())
    assert (level, about) == ("error", f"encryption key {KEY.id}")
    told("keys", "rotate", ENCRYPTION_KEY=BOTH)
    ((level, about, mend),) = about_keys(ENCRYPTION_KEY=BOTH)
    assert (level, "Remove it" in mend) == ("warning", True)
    assert about_keys(ENCRYPTION_KEY=NEW.secret.hex()) == [("ok", "encryption keys", "")]


def test_with_another_key_nothing_starts_and_the_missing_one_is_named(call: Run, told: Told) -> None:
    call("tenants", "list")
    other = {"ENCRYPTION_KEY": NEW.secret.hex()}
    acme = {"--name": "Nova", "--domain": "nova"}
    for arguments in (
        ("serve", "--port", "0"),
        ("serve", "--migrate", "--port", "0"),
        ("setup", "--no-env-file"),
        ("migrate",),
        ("tenants", "create", "nova", *[part for pair in acme.items() for part in pair]),
        ("keys", "rotate"),
    ):
        refused = call(*arguments, status=1, **other)
        assert KEY.id in refused.stderr, arguments
    shown = told("keys", "status", **other)
    assert {"key": KEY.id, "does": "is missing", "credentials": 0, "entries": 8} in shown
    assert [one["level"] for one in told("doctor", status=1, **other) if KEY.id in one["about"]] == ["error"]
    assert [one["slug"] for one in told("tenants", "list")] == ["demo", "acme"]


def test_a_lost_key_is_replaced_after_a_question(call: Run, told: Told) -> None:
    call("tenants", "list")
    other = {"ENCRYPTION_KEY": NEW.secret.hex()}
    call("keys", "replace-lost", status=130, stdin="n\n", **other)
    call("tenants", "list", status=1, **other)
    assert told("keys", "replace-lost", "--yes", **other) == {"key": NEW.id}
    assert len(told("tenants", "list", **other)) == 2
    call("tenants", "list", status=1)
