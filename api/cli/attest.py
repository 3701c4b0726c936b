"""``freehold attest``: tries out whether tenants' databases are isolated from each other."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, fail, say, with_output
from api.cli.progress import tally
from api.cli.session import load_settings, run, tenant_called
from api.cli.statuses import Status
from api.composition import Platform
from api.number_text import counted
from api.schemas.common import Output as Result
from central.attestation.service import Finding
from central.secrets.certificates import LONGEST_CERTIFICATE, CertificateSigner, verified
from central.secrets.vault import Vault
from piccolo_engines.columns import utc_now

__all__ = ["AttestationReport", "AttestedFinding", "attest"]

_KIND: Final = "attestation"


class AttestedFinding(Result):
    """Something that isolates a tenant less than it must."""

    tenant: str
    code: str
    detail: str


class AttestationReport(Result):
    """Which tenants were checked, and what was found."""

    taken_at: datetime
    tenants: list[str]
    findings: list[AttestedFinding]


@click.command()
@click.argument("tenants", nargs=-1, metavar="[TENANT]...", shell_complete=tenant_slugs)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a signed report into this file.",
)
@click.option(
    "--verify",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Verify a signed report of this installation instead.",
)
@with_output
def attest(tenants: tuple[str, ...], report: Path | None, verify: Path | None, out: Output) -> None:
    """Try out whether the databases of all tenants, or of those named, are isolated from each other.

    With each tenant's own login other databases are tried, grants are compared, files looked at, and the id
    inside the database compared with the registry's. Changes nothing. The exit status is 1 if something was
    found.
    """
    settings = load_settings()
    signer = CertificateSigner(Vault(settings.encryption_keys))
    if verify is None:
        found = run(settings, lambda platform: _attested(platform, tenants, out))
    else:
        with verify.open("rb") as opened:
            found = _verified(signer, opened.read(LONGEST_CERTIFICATE))
    if report is not None:
        signed = signer.sign({"kind": _KIND, **msgspec.to_builtins(found)})
        report.write_bytes(msgspec.json.encode(signed) + b"\n")
    out.one(found, lambda: _print(found))
    if found.findings:
        sys.exit(Status.FAILED)


def _verified(signer: CertificateSigner, data: bytes) -> AttestationReport:
    document = verified(data, signer.public_keys())
    if document is None or document.pop("kind", None) != _KIND:
        fail("This is not a report of this installation, or it was changed afterwards.")
    return msgspec.convert(document, AttestationReport)


async def _attested(platform: Platform, slugs: tuple[str, ...], out: Output) -> AttestationReport:
    everybody = await platform.attestation.tenants()
    wanted = [(await tenant_called(platform, slug)).ref for slug in dict.fromkeys(slugs)] or everybody
    found: list[Finding] = []
    with tally(out, "tenant", "Trying out", len(wanted)) as progress:
        for tenant in wanted:
            violations = await platform.attestation.check(tenant, everybody)
            progress.done(tenant.slug, findings=len(violations))
            found += violations
    findings = [AttestedFinding(one.tenant_slug, one.code, one.detail) for one in found]
    return AttestationReport(utc_now(), [one.slug for one in wanted], findings)


def _print(report: AttestationReport) -> None:
    for one in report.findings:
        click.echo(f"{click.style('✗', fg='red')} {one.tenant}: {one.detail}")
    outcome = counted(len(report.findings), "finding") if report.findings else "nothing found"
    tried = f"{counted(len(report.tenants), 'tenant')} tried out at {report.taken_at:%Y-%m-%d %H:%M} UTC"
    say(f"{tried}: {outcome}.")
