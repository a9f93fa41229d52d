"""Keys, peers and links: what is done once, by hand, with the other side on the telephone."""

import sys
from pathlib import Path

import click

from core.commandline import Application, json_option, pass_application, print_json, print_table
from core.i18n import N_
from security.ferry import approver_key, card, floor, services, signing_keys
from security.ferry.commands.place import ferry_of, ferry_with_keys, operator
from security.ferry.levels import Level
from security.ferry.links import CarrierKind
from security.ferry.models import FerrySigningKey
from security.ferry.site import open_keys

READ = click.Path(path_type=Path, exists=True, dir_okay=False)
WRITE = click.Path(path_type=Path, dir_okay=False)


@click.command(help=N_("Make this site's keys. NAME is how other sites know it; it does not change later."))
@click.argument("name")
@pass_application
def init(application: Application, name: str) -> None:
    ferry = ferry_with_keys(application)
    with application.database.write() as session:
        services.initialise(session, ferry, name, actor=operator())
    application.say(N_("the keys of site %(name)s were made"), name=name)
    application.hint(N_("export its card with `guanjin ferry key export`, once its approvers have their keys"))


@click.group(help=N_("This site's keys and its approvers'."))
def key() -> None:
    pass


@key.command("show", help=N_("Show the fingerprint of this site's card, to be read to the other side."))
@json_option
@pass_application
def key_show(application: Application, *, as_json: bool) -> None:
    with application.database.read() as session:
        identity = services.identity(session)
    shown = card.grouped(identity.fingerprint)
    if as_json:
        print_json(_described(identity.card))
    else:
        click.echo(f"{identity.card.name}\n{shown}")


@key.command("export", help=N_("Write this site's card (public keys, approvers) for the other side to pin."))
@click.argument("file", type=WRITE)
@pass_application
def key_export(application: Application, file: Path) -> None:
    ferry = ferry_with_keys(application)
    with application.database.write() as session:
        keys = open_keys(session, ferry, actor=operator(), purpose="card")
        data, identity = services.export_card(session, keys), services.identity(session)
    file.write_bytes(data)
    application.say(N_("written: %(path)s"), path=file)
    click.echo(card.grouped(identity.fingerprint))


@key.command(
    "approver", help=N_("Make an approver's signing key, with that person at the keyboard; an earlier one is revoked.")
)
@click.argument("person")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(sorted(floor.APPROVER_ROLES)),
    help=N_("role in which the person approves"),
)
@click.option("--pin-stdin", is_flag=True, help=N_("read the PIN from the first line of standard input"))
@pass_application
def key_approver(application: Application, person: str, roles: tuple[str, ...], *, pin_stdin: bool) -> None:
    if pin_stdin:
        pin = sys.stdin.readline().rstrip("\n")
    else:
        question = application.translate(N_("PIN, typed by %(person)s in person")) % {"person": person}
        pin = click.prompt(question, hide_input=True, confirmation_prompt=True)
    made = approver_key.create(person, pin)
    with application.database.write() as session:
        services.add_approver_key(session, ferry_of(application), made, roles, actor=operator())
    application.say(N_("%(person)s has a new signing key"), person=person)
    application.hint(N_("the other side has to pin this site's card again before its approvals count there"))


@key.command("approvers", help=N_("The approvers' signing keys, revoked ones too."))
@json_option
@pass_application
def key_approvers(application: Application, *, as_json: bool) -> None:
    with application.database.read() as session:
        rows = [_listed(row) for row in signing_keys.every(session)]
    if as_json:
        print_json(rows)
        return
    headings = [N_("number"), N_("person"), N_("roles"), N_("fingerprint"), N_("since"), N_("revoked")]
    print_table(
        [application.translate(heading) for heading in headings],
        [[str(value or "") for value in list(row.values())[: len(headings)]] for row in rows],
    )


@key.command("revoke", help=N_("Revoke an approver's signing key; NUMBER as `guanjin ferry key approvers` shows it."))
@click.argument("number", type=int)
@click.option("--reason", required=True, help=N_("why, for the audit log"))
@pass_application
def key_revoke(application: Application, number: int, reason: str) -> None:
    with application.database.write() as session:
        row = signing_keys.revoke(session, ferry_of(application), number, reason=reason.strip(), actor=operator())
        person = row.person
    application.say(N_("the signing key of %(person)s is revoked"), person=person)
    application.hint(N_("the other side goes on accepting it until it has pinned this site's card again"))


@click.group(help=N_("Other sites that this one trusts."))
def peer() -> None:
    pass


@peer.command("pin", help=N_("Trust the site whose card this is, after its fingerprint was compared."))
@click.argument("file", type=READ)
@click.option("--fingerprint", help=N_("the fingerprint as the other side gave it; asked for otherwise"))
@pass_application
def peer_pin(application: Application, file: Path, fingerprint: str | None) -> None:
    with file.open("rb") as source:
        given = card.read(source.read(card.MAX_BYTES + 1), str(file))
    if fingerprint is None:
        application.say(N_("card of %(name)s:"), name=given.name)
        click.echo(card.grouped(given.fingerprint))
        question = application.translate(N_("does the other side read out the same sixteen groups?"))
        click.confirm(question, abort=True)
        fingerprint = given.fingerprint
    with application.database.write() as session:
        services.pin_peer(session, ferry_of(application), given, fingerprint, actor=operator())
    application.say(
        N_("site %(name)s is pinned, with %(count)s approvers"), name=given.name, count=len(given.approvers)
    )


@click.group(help=N_("Links to and from other sites."))
def link() -> None:
    pass


@link.command("add", help=N_("Add a link to or from a pinned site, under the same name on both sides."))
@click.argument("name")
@click.option("--to", "destination", help=N_("site that it leads to"))
@click.option("--from", "source", help=N_("site that it comes from"))
@click.option(
    "--carrier",
    type=click.Choice([kind.value for kind in CarrierKind]),
    default=CarrierKind.MEDIUM.value,
    help=N_("what carries the bundles"),
)
@click.option(
    "--ceiling",
    type=click.Choice([level.label for level in Level]),
    default=Level.INTERNAL.label,
    help=N_("highest level that may cross"),
)
@pass_application
def link_add(
    application: Application, name: str, *, destination: str | None, source: str | None, carrier: str, ceiling: str
) -> None:
    if (destination is None) == (source is None):
        raise click.UsageError(application.translate(N_("give one of --to and --from")))
    with application.database.write() as session:
        services.add_link(
            session,
            ferry_of(application),
            name,
            peer=destination or source or "",
            outgoing=destination is not None,
            carrier=CarrierKind(carrier),
            ceiling=Level.of(ceiling),
            actor=operator(),
        )
    application.say(N_("link %(name)s was added"), name=name)


@link.command("list", help=N_("The links of this site."))
@json_option
@pass_application
def link_list(application: Application, *, as_json: bool) -> None:
    with application.database.read() as session:
        rows = [
            {
                "name": row.name,
                "direction": "to" if row.outgoing else "from",
                "site": row.peer.name,
                "carrier": row.carrier,
                "ceiling": Level.of(row.ceiling).label,
                "sequence": row.sequence,
            }
            for row in services.links(session)
        ]
    if as_json:
        print_json(rows)
        return
    headings = [N_("ferry link"), N_("direction"), N_("other site"), N_("carried by"), N_("ceiling"), N_("last number")]
    print_table([application.translate(heading) for heading in headings], [list(row.values()) for row in rows])


def _listed(row: FerrySigningKey) -> dict[str, object]:
    return {
        "number": row.id,
        "person": row.person,
        "roles": " ".join(row.roles),
        "fingerprint": card.grouped(approver_key.fingerprint(row.public)),
        "since": row.created_at.isoformat(timespec="seconds"),
        "revoked": row.revoked_at.isoformat(timespec="seconds") if row.revoked_at else None,
        "reason": row.reason,
    }


def _described(given: card.Card) -> dict[str, object]:
    return {
        "site": given.name,
        "zone": given.zone,
        "fingerprint": card.grouped(given.fingerprint),
        "signing_key": given.signing.key_id.hex(),
        "wrapping_key": given.wrapping.key_id.hex(),
        "approvers": [{"person": one.person, "roles": one.roles} for one in given.approvers],
    }
