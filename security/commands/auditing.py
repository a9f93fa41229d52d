"""`guanjin audit`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import click

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from security.audit import AuditRecord, Filter, find, stored_tree, verify, witness
from security.audit.checkpoint import Checkpoint
from security.audit.errors import NoCheckpointError, NotCheckpointError, VerifierKeyError
from security.audit.export import export_lines
from security.audit.labels import BREACHES, event_label
from security.audit.note import VerifierKey
from security.audit.proofs import prove_beginning, prove_record
from security.commands.display import local, moment, translated, zone_of
from security.errors import AuditBrokenError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.group(help=N_("The audit log: what happened, and whether the log still says so."))
def audit() -> None:
    pass


@audit.command("list", help=N_("List audit records, newest first."))
@click.option("--since", type=DAY, help=N_("not before this time"))
@click.option("--until", type=DAY, help=N_("before this time"))
@click.option("--event", default="", help=N_("beginning of the event, such as security:session:"))
@click.option("--actor", default="", help=N_("beginning of the actor's name"))
@click.option("--subject", default="", help=N_("beginning of the object, such as device:HW-"))
@click.option("--result", type=click.Choice(["ok", "refused", "failed"]), help=N_("only this result"))
@click.option("--before", type=int, help=N_("older than this record, for the next page"))
@click.option("--limit", default=50, type=click.IntRange(1, 1000), help=N_("most records to show"))
@json_option
@pass_application
def audit_list(application: Application, /, *, as_json: bool, before: int | None, limit: int, **wanted: Any) -> None:
    zone = zone_of(application)
    for name in ("since", "until"):
        wanted[name] = moment(wanted[name], zone)
    with application.database.read() as session:
        page = find(session, Filter(**wanted), before=before, limit=limit)
    if as_json:
        print_json({"records": [entry.public() for entry in page.records], "older": page.older, "cut": page.cut})
        return
    rows = [_row(application, entry, zone) for entry in page.records]
    headings = (N_("no."), N_("time"), N_("who"), N_("from"), N_("event"), N_("object"), N_("result"))
    print_table(translated(application, headings), rows)
    if page.cut:
        application.hint(
            N_("looked back as far as record %(sequence)s; go on with --before %(sequence)s"), sequence=page.older
        )
    elif page.older is not None:
        application.hint(N_("more with --before %(sequence)s"), sequence=page.older)


@audit.command("verify", help=N_("Check that no record was changed, removed, added or moved."))
@click.option("--key", "keys", multiple=True, help=N_("verifier key that was noted elsewhere; may be repeated"))
@click.option(
    "--checkpoint",
    "witnesses",
    multiple=True,
    type=FILE,
    help=N_("file with checkpoints kept elsewhere; may be repeated"),
)
@json_option
@pass_application
def audit_verify(
    application: Application, *, as_json: bool, keys: tuple[str, ...], witnesses: tuple[Path, ...]
) -> None:
    pinned = tuple(_key(text) for text in keys)
    with application.database.read() as session:
        known = pinned or stored_tree.keys(session)
        kept = [claim for path in witnesses for claim in _kept(path, known)]
        found = verify(session, keys=pinned, witnesses=kept)
    if as_json:
        print_json(found)
    if found.broken is not None:
        raise AuditBrokenError(
            sequence=found.broken.sequence, breach=application.translate(BREACHES[found.broken.breach])
        )
    if not as_json:
        click.echo(f"{found.records} {found.head}")
        application.say(
            N_("%(records)s records, none changed, %(signed)s of them under signed checkpoints"),
            records=found.records,
            signed=found.signed,
        )
        application.hint(N_("keep the line above, or what `guanjin audit checkpoint` prints, to prove it later"))


@audit.command("export", help=N_("Write the log as lines of JSON, oldest first, for checking elsewhere."))
@click.option("--output", type=click.File("w", encoding="utf-8", lazy=False), default="-", help=N_("file to write"))
@pass_application
def audit_export(application: Application, output: TextIO) -> None:
    with application.database.read() as session:
        output.writelines(line + "\n" for line in export_lines(session))


@audit.command("key", help=N_("Print the verifier key of the log's checkpoints, to be noted outside this machine."))
@pass_application
def audit_key(application: Application) -> None:
    with application.database.read() as session:
        known = stored_tree.keys(session)
    if not known:
        raise NoCheckpointError(sequence=1)
    for key in known:
        click.echo(str(key))


@audit.command("checkpoint", help=N_("Print the newest signed checkpoint, to be kept outside this machine."))
@pass_application
def audit_checkpoint(application: Application) -> None:
    with application.database.read() as session:
        note = stored_tree.newest_note(session)
    if note is None:
        raise NoCheckpointError(sequence=1)
    click.echo(note, nl=False)


@audit.command(
    "witness", help=N_("Print the checkpoints of other sites' logs that came with their bundles, to be carried back.")
)
@pass_application
def audit_witness(application: Application) -> None:
    from security.ferry.witness import kept_lines  # noqa: PLC0415  # the ferry stands above the audit log

    with application.database.read() as session:
        for line in kept_lines(session):
            click.echo(line)


@audit.command("prove", help=N_("Print the proof that a record is in the log, or that the log still begins as it did."))
@click.argument("number", type=click.IntRange(1))
@click.option("--text", "as_text", is_flag=True, help=N_("in the short form for print, C2SP tlog-proof"))
@click.option("--beginning", is_flag=True, help=N_("that the first NUMBER records are still the beginning"))
@pass_application
def audit_prove(application: Application, number: int, *, as_text: bool, beginning: bool) -> None:
    with application.database.read() as session:
        if beginning:
            click.echo(prove_beginning(session, number).as_json(), nl=False)
            return
        proof = prove_record(session, number)
    click.echo(proof.as_text() if as_text else proof.as_json(), nl=False)


def _key(text: str) -> VerifierKey:
    found = VerifierKey.parse(text)
    if found is None:
        raise VerifierKeyError(text=text)
    return found


def _kept(path: Path, keys: Sequence[VerifierKey]) -> list[Checkpoint]:
    found = witness.checkpoints(path.read_text(encoding="utf-8", errors="replace").splitlines(), keys)
    if not found:
        raise NotCheckpointError(path=path)
    return found


def _row(application: Application, entry: AuditRecord, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        entry.sequence,
        local(entry.at, zone),
        entry.actor_name,
        entry.address,
        application.translate(event_label(entry.event)),
        entry.subject,
        entry.result,
    )
