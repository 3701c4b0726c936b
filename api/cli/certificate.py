"""``freehold certificate``: checks what this installation has certified."""

from pathlib import Path
from typing import Any

import rich_click as click

from api.cli.console import Output, fail, say, with_output
from api.cli.session import load_settings
from central.secrets.certificates import LONGEST_CERTIFICATE, CertificateSigner, verified
from central.secrets.vault import Vault

__all__ = ["certificate"]


@click.group()
def certificate() -> None:
    """Certificates of what was erased."""


@certificate.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--public-key", metavar="BASE64", help="Of another installation. Default: those of this one.")
@with_output
def _verify(file: Path, public_key: str | None, out: Output) -> None:
    """Check the signature of the certificate in FILE, and show what it says. Needs no database."""
    keys = (public_key,) if public_key else _signer().public_keys()
    with file.open("rb") as opened:
        found = verified(opened.read(LONGEST_CERTIFICATE), keys)
    if found is None:
        fail("This is not a certificate of this installation, or it was changed.")
    out.one(found, lambda: _print(found))


@certificate.command("key")
@with_output
def _key(out: Output) -> None:
    """Show the public key that certificates of this installation are checked with."""
    key = _signer().public_keys()[0]
    out.one({"publicKey": key}, lambda: say(key))


def _signer() -> CertificateSigner:
    return CertificateSigner(Vault(load_settings().encryption_keys))


def _print(found: dict[str, Any]) -> None:
    say("The signature is right.")
    for name, value in found.items():
        say(f"  {name:<15} {len(value) if isinstance(value, list) else value}")
