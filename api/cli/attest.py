"""``freehold attest``: tries out whether tenants' databases are isolated from each other."""

import sys
from datetime import datetime
from pathlib import Path

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
from central.secrets.signatures import SignedDocument, is_genuine
from piccolo_engines.columns import utc_now

__all__ = ["AttestationReport", "AttestedFinding", "attest"]


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
    given = None if verify is None else verify.read_bytes()
    found, signed = run(settings, lambda platform: _found(platform, tenants, given, out))
    if report is not None:
        report.write_bytes(msgspec.json.encode(signed) + b"\n")
    out.one(found, lambda: _print(found))
    if found.findings:
        sys.exit(Status.FAILED)


async def _found(
    platform: Platform, slugs: tuple[str, ...], given: bytes | None, out: Output
) -> tuple[AttestationReport, SignedDocument]:
    """Return the given report, or else a new one, and its signed form."""
    signer = platform.attestation_signer
    if given is None:
        made = await _attested(platform, slugs, out)
        return made, signer.sign(made)
    try:
        signed = msgspec.json.decode(given, type=SignedDocument)
    except msgspec.MsgspecError:
        fail("The file is not a signed report.")
    if not is_genuine(signed, signer.public_key):
        fail("The report was not signed with the present ENCRYPTION_KEY, or was changed afterwards.")
    return msgspec.json.decode(signed.statement, type=AttestationReport), signed


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
