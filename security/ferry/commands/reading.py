"""What is on its way, in both directions."""

from typing import Any

import click

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from security.ferry import errors, services
from security.ferry.inspection import wording
from security.ferry.labels import STATES
from security.ferry.levels import Level
from security.ferry.models import FerryIncoming, FerryTransfer

_LONGEST_NUMBER = 12  # digits; a transfer's reference has 32


@click.command("list", help=N_("Transfers out of this site and bundles into it, newest first."))
@click.option("--limit", default=50, show_default=True, help=N_("at most so many of each"))
@json_option
@pass_application
def list_(application: Application, *, limit: int, as_json: bool) -> None:
    with application.database.read() as session:
        outgoing = [_summary(row) for row in services.find_transfers(session, limit=limit)]
        incoming = [_arrival(row) for row in services.find_incoming(session, limit=limit)]
    if as_json:
        print_json({"outgoing": outgoing, "incoming": incoming})
        return
    translate = application.translate
    headings = [
        N_("direction"),
        N_("reference"),
        N_("ferry link"),
        N_("state of the transfer"),
        N_("classification"),
        N_("submitted by"),
        N_("purpose"),
    ]
    rows = [
        [
            sign,
            row["reference"],
            row["link"],
            translate(STATES[row["state"]]),
            row["level"],
            row["submitter"],
            row["purpose"],
        ]
        for sign, found in (("→", outgoing), ("←", incoming))
        for row in found
    ]
    print_table([translate(heading) for heading in headings], rows)


@click.command(help=N_("One transfer or bundle with its files, findings and approvals."))
@click.argument("reference")
@json_option
@pass_application
def show(application: Application, reference: str, *, as_json: bool) -> None:
    with application.database.read() as session:
        described = (
            _arrival(services.get_incoming(session, int(reference)), application, full=True)
            if reference.isdecimal() and len(reference) < _LONGEST_NUMBER
            else _summary(services.get_transfer(session, reference), application, full=True)
        )
    if as_json:
        print_json(described)
        return
    for name, value in described.items():
        for line in value if isinstance(value, list) else [value]:
            click.echo(f"{name}: {line}")


@click.command(help=N_("Bundles that should have arrived and did not."))
@json_option
@pass_application
def gaps(application: Application, *, as_json: bool) -> None:
    with application.database.read() as session:
        names = {link.id: link.name for link in services.links(session)}
        rows = [
            {"link": names[gap.link_id], "sequence": gap.sequence, "noticed_at": gap.noticed_at}
            for gap in services.open_gaps(session)
        ]
    if as_json:
        print_json(rows)
        return
    headings = [N_("ferry link"), N_("missing number"), N_("noticed at")]
    print_table([application.translate(heading) for heading in headings], [list(row.values()) for row in rows])


def _summary(row: FerryTransfer, application: Application | None = None, *, full: bool = False) -> dict[str, Any]:
    described = {
        "reference": row.uid,
        "link": row.link.name,
        "state": row.state,
        "level": Level.of(row.level).label,
        "submitter": row.submitter,
        "purpose": row.purpose,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }
    if full and application:
        described["recipients"] = list(row.recipients)
        described["files"] = [f"{file.name} {file.size} {file.sha256}" for file in row.files]
        described["approvals"] = [f"{one.person} ({one.role}) {one.at.isoformat()}" for one in row.approvals]
        described["sequence"] = row.bundle.sequence if row.bundle else None
        described |= _troubles(row, application)
    return described


def _arrival(row: FerryIncoming, application: Application | None = None, *, full: bool = False) -> dict[str, Any]:
    described = {
        "reference": str(row.id),
        "link": row.link.name if row.link else "",
        "state": row.state,
        "level": Level.of(row.level).label if row.level else "",
        "submitter": row.submitter or "",
        "purpose": row.purpose or row.name,
        "seen_at": row.seen_at,
        "transfer": row.transfer,
    }
    if full and application:
        described["sequence"] = row.sequence
        described["files"] = [f"{file.position} {file.name} {file.size} {file.sha256}" for file in row.files]
        described["approvals"] = [f"{one.person} ({one.role}) {one.issued_at.isoformat()}" for one in row.approvals]
        described |= _troubles(row, application)
    return described


def _troubles(row: FerryTransfer | FerryIncoming, application: Application) -> dict[str, Any]:
    """The refusal and the findings in words."""
    found = services.report_of(row)
    findings = [finding for file in found.files for finding in file.findings] if found else []
    refusal = errors.restore(row.refusal) if row.refusal else None
    return {
        "refusal": f"{refusal.render(application.translate)} [{refusal.code}]" if refusal else "",
        "hint": refusal.render_hint(application.translate) if refusal else "",
        "findings": [f"{one.where}: {wording.render(one, application.translate)} [{one.code}]" for one in findings],
    }
