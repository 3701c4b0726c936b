"""The vault: a sealed secret opens for its tenant under its key, and for nobody else."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.errors import SealBroken, UnknownKey, VaultError
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault

ACME = UUID("01900000-0000-7000-8000-00000000ac3e")
DEMO = UUID("01900000-0000-7000-8000-00000000de30")
SECRET = "correct horse battery staple"


def new_key() -> EncryptionKey:
    return EncryptionKey.from_hex(generate_key())


@pytest.fixture
def vault() -> Vault:
    return Vault([new_key()])


@given(st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    vault = Vault([new_key()])
    assert vault.open(vault.seal(text, ACME), ACME) == text


def test_a_sealed_secret_names_its_version_and_key_and_shows_nothing_else(vault: Vault) -> None:
    version, key_id, body = vault.seal(SECRET, ACME).split(".")
    assert (version, key_id) == ("v1", vault.current_key_id)
    assert SECRET not in body


def test_sealing_twice_never_gives_the_same_text(vault: Vault) -> None:
    assert len({vault.seal(SECRET, ACME) for _ in range(200)}) == 200


def test_a_ciphertext_moved_to_another_tenant_does_not_open(vault: Vault) -> None:
    with pytest.raises(SealBroken):
        vault.open(vault.seal(SECRET, ACME), DEMO)


def test_a_change_of_any_one_character_is_noticed(vault: Vault) -> None:
    sealed = vault.seal(SECRET, ACME)
    for position, character in enumerate(sealed):
        for other in ("A" if character != "A" else "B", "g", "-", "=", "\u00e9"):
            changed = sealed[:position] + other + sealed[position + 1 :]
            if changed == sealed:
                continue
            with pytest.raises(VaultError):
                vault.open(changed, ACME)


def test_every_single_bit_of_the_body_counts(vault: Vault) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    head, _, body = vault.seal(SECRET, ACME).rpartition(".")
    for position, character in enumerate(body):
        for bit in range(6):
            flipped = alphabet[alphabet.index(character) ^ (1 << bit)]
            with pytest.raises(SealBroken):
                vault.open(f"{head}.{body[:position]}{flipped}{body[position + 1 :]}", ACME)


def test_a_cut_or_lengthened_secret_does_not_open(vault: Vault) -> None:
    sealed = vault.seal(SECRET, ACME)
    for changed in [sealed[:length] for length in range(len(sealed))] + [
        sealed + "A",
        sealed + "=",
        sealed + "\n",
    ]:
        with pytest.raises(VaultError):
            vault.open(changed, ACME)


@given(st.text())
def test_no_text_at_all_makes_it_fail_in_another_way(text: str) -> None:
    with pytest.raises(VaultError):
        Vault([new_key()]).open(text, ACME)


def test_a_secret_under_an_unknown_key_says_which_key_is_missing(vault: Vault) -> None:
    stranger = Vault([new_key()])
    with pytest.raises(UnknownKey) as caught:
        vault.open(stranger.seal(SECRET, ACME), ACME)
    assert caught.value.key_id == stranger.current_key_id


def test_a_key_id_cannot_be_exchanged_for_another_configured_one() -> None:
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal(SECRET, ACME)
    with pytest.raises(SealBroken):
        Vault([new, old]).open(sealed.replace(old.id, new.id), ACME)


def test_errors_reveal_nothing(vault: Vault) -> None:
    sealed = vault.seal(SECRET, ACME)
    with pytest.raises(SealBroken) as caught:
        vault.open(sealed[:-1], ACME)
    assert caught.value.__cause__ is None
    for told in (str(caught.value), repr(caught.value), repr(vault)):
        assert SECRET not in told
        assert sealed.rpartition(".")[2][:10] not in told


def test_after_rotation_old_secrets_open_and_new_ones_use_the_new_key() -> None:
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal(SECRET, ACME)
    rotated = Vault([new, old])
    assert rotated.open(sealed, ACME) == SECRET
    assert not rotated.is_current(sealed)
    assert rotated.is_current(rotated.seal(SECRET, ACME))


def test_resealing_frees_a_secret_from_the_old_key() -> None:
    old, new = new_key(), new_key()
    resealed = Vault([new, old]).reseal(Vault([old]).seal(SECRET, ACME), ACME)
    assert Vault([new]).open(resealed, ACME) == SECRET


def test_resealing_under_the_current_key_changes_nothing(vault: Vault) -> None:
    sealed = vault.seal(SECRET, ACME)
    assert vault.reseal(sealed, ACME) == sealed


def test_resealing_for_another_tenant_is_refused(vault: Vault) -> None:
    with pytest.raises(SealBroken):
        vault.reseal(vault.seal(SECRET, ACME), DEMO)


def test_a_vault_without_keys_cannot_be() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Vault([])


def test_derived_keys_are_stable_and_differ_by_tenant_purpose_and_master_key() -> None:
    old, new = new_key(), new_key()
    keys = Vault([new, old]).derive("access-tokens", ACME)
    assert dict(keys) == dict(Vault([old, new]).derive("access-tokens", ACME))
    assert keys.current_key_id == new.id
    assert keys.current == keys[new.id] != keys[old.id]
    others = [
        Vault([new]).derive("access-tokens", DEMO).current,
        Vault([new]).derive("cursors", ACME).current,
        Vault([new]).derive("access-tokens", uuid4()).current,
        new.secret,
    ]
    assert len({keys.current, *others}) == 5
    assert all(len(key) == 32 for key in keys.values())


def test_derived_keys_are_not_in_their_repr(vault: Vault) -> None:
    keys = vault.derive("access-tokens", ACME)
    assert repr(keys.current) not in repr(keys)
    assert keys.current.hex() not in repr(keys)
