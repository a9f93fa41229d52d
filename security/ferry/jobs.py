"""The ferry's durable jobs. The state machine is their journal: each looks at the state and does the next thing.

So a job that was killed anywhere, or runs a second time, goes on where the last transaction ended. Only handing off
changes the world outside, and is an effect with a probe.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy.orm import Session

from core.errors import Category
from core.events import Event
from core.jobs import JobContext, Probe, Retry, job, schedule
from security.audit import Actor
from security.ferry import inspecting, receiving, sealing, upkeep
from security.ferry.approving import SEAL
from security.ferry.errors import (
    FerryError,
    MediumUnusableError,
    ObjectAlteredError,
    ObjectMissingError,
    PolicyChangedError,
    SealBusyError,
    TransferExpiredError,
)
from security.ferry.inspecting import Subject
from security.ferry.inspection.report import FileReport, Report
from security.ferry.ledger import incoming, look, move, step, transfer
from security.ferry.levels import Level
from security.ferry.models import FerryIncoming, FerryTransfer
from security.ferry.peers import as_link
from security.ferry.site import Ferry, SiteKeys, open_keys
from security.ferry.states import Act, Facts, Incoming, Outgoing, Step
from security.ferry.submitting import INSPECT

QUEUE = "ferry"
POLL, TIDY = "ferry.poll", "ferry.tidy"
_RETRY = Retry(8, base_s=5, cap_s=300)


class Services(Protocol):
    """What the worker gives to the jobs of this package."""

    ferry: Ferry


@job(INSPECT, queue=QUEUE, retry=_RETRY)
def inspect(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """SUBMITTED to REVIEW or BLOCKED."""
    ferry, uid, actor = _given(ctx), str(args["transfer"]), _actor(ctx)
    with ctx.write() as session:
        row = transfer(session, uid)
        if Outgoing(row.state) is Outgoing.SUBMITTED:
            move(session, ferry, row, Act.INSPECT, Event.TRANSFER_INSPECTING, actor=actor)
    with ctx.database.read() as session:
        row = look(session, uid)
        if Outgoing(row.state) is not Outgoing.INSPECTING:
            return {"state": row.state}
        rules = ferry.policy.for_link(as_link(session, row.link))
        left = [
            Subject(file.position, file.name, file.sha256, Level.of(row.level)) for file in row.files if not file.report
        ]
    for done, subject in enumerate(left):
        ctx.check()
        ctx.progress(done, len(left))
        text = inspecting.inspect_file(ferry, rules, subject)
        with ctx.write() as session:
            transfer(session, uid).files[subject.position].report = text
    with ctx.write() as session:
        return {"state": _conclude_inspection(session, ferry, uid, actor)}


@job(SEAL, queue=QUEUE, retry=_RETRY)
def seal(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """APPROVED to SEALED; to EXPIRED, back to inspection, or QUARANTINED where something no longer holds."""
    ferry, uid, actor = _given(ctx), str(args["transfer"]), _actor(ctx)
    state = _state(ctx, uid)
    if state not in (Outgoing.APPROVED, Outgoing.SEALING):
        return {"state": state}
    try:
        with ctx.write() as session:
            sealing.begin(session, ferry, uid, actor=actor)
        with ctx.database.read() as session:
            planned = sealing.plan(session, ferry, uid)
        keys = _keys(ctx, ferry, actor)
        ctx.check()
        made = sealing.encrypt(ferry, planned, keys)
        ctx.check()
        with ctx.write() as session:
            sealing.finish(session, ferry, uid, made, actor=actor)
    except SealBusyError:
        raise
    except TransferExpiredError:
        with ctx.write() as session:
            upkeep.expire(session, ferry, uid)
    except PolicyChangedError:
        with ctx.write() as session:
            upkeep.send_back(session, ferry, uid)
    except FerryError as error:
        if error.category not in (Category.REFUSED, Category.INTEGRITY):
            raise
        with ctx.write() as session:
            sealing.quarantine(session, ferry, uid, error, actor=actor)
    return {"state": _state(ctx, uid)}


@job(sealing.CARRY, queue=QUEUE, retry=Retry(200, base_s=5, cap_s=60))
def carry(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """SEALED to HANDED_OFF; as long as no medium is there, it waits and tries again."""
    ferry, uid, actor = _given(ctx), str(args["transfer"]), _actor(ctx)
    with ctx.database.read() as session:
        row = look(session, uid)
        if Outgoing(row.state) is not Outgoing.SEALED:
            return {"state": row.state}
        parcel, carrier = sealing.parcel_of(row), ferry.carrier(row.link.uid)
    carrier.preflight(parcel.size)

    def offer() -> None:
        with ferry.store.open(parcel.sha256) as source:
            carrier.offer(parcel, source)

    ctx.effect("offer", offer, lambda: Probe.DONE if carrier.offered(parcel) else Probe.NOT_DONE)
    with ctx.write() as session:
        sealing.hand_off(session, ferry, uid, actor=actor)
    return {"state": Outgoing.HANDED_OFF}


@job(receiving.RECEIVE, queue=QUEUE, retry=_RETRY)
def receive(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """SEEN to RELEASABLE, HELD or REFUSED."""
    ferry, number = _given(ctx), int(args["incoming"])
    try:
        while (state := _incoming_state(ctx, number)) in receiving.UNDER_WAY:
            ctx.check()
            _RECEIVING[state](ctx, ferry, number)
    except (ObjectMissingError, ObjectAlteredError):
        raise
    except FerryError as error:
        if error.category not in (Category.REFUSED, Category.INTEGRITY):
            raise
        with ctx.write() as session:
            receiving.refuse(session, ferry, number, error)
        with ctx.database.read() as session:
            receiving.discard(session, ferry, number)
        return {"state": _incoming_state(ctx, number)}
    return {"state": state}


@job(POLL, queue=QUEUE, retry=Retry(1))
def poll(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """Look at the medium's folders of the links into this site."""
    del args
    seen = receiving.look_at_medium(ctx.database, _given(ctx), actor=_actor(ctx))
    return {"seen": len(seen)}


@job(TIDY, queue=QUEUE, retry=Retry(1))
def tidy(ctx: JobContext, args: Mapping[str, Any]) -> dict[str, Any]:
    """Expire, send back, sweep."""
    del args
    ferry = _given(ctx)
    with ctx.database.read() as session:
        late = upkeep.overdue(session, ferry.clock.now())
        outdated = upkeep.outdated(session, ferry.policy.digest)
    for uid in late:
        with ctx.write() as session:
            upkeep.expire(session, ferry, uid)
    for uid in outdated:
        with ctx.write() as session:
            upkeep.send_back(session, ferry, uid)
    return {"expired": len(late), "sent_back": len(outdated), "swept": upkeep.sweep(ctx.database, ferry)}


def install_schedules(session: Session, ferry: Ferry, timezone: str) -> None:
    """At the start of the worker: tidy every minute, and look at the medium where one is configured."""
    schedule(session, TIDY, TIDY, {}, cron="* * * * *", tz=timezone, misfire="once")
    if ferry.medium is not None:
        schedule(session, POLL, POLL, {}, cron="* * * * *", tz=timezone, misfire="once")


def _given(ctx: JobContext) -> Ferry:
    given: Services = ctx.services
    return given.ferry


def _actor(ctx: JobContext) -> Actor:
    return Actor(ctx.job.actor, "system")


def _keys(ctx: JobContext, ferry: Ferry, actor: Actor) -> SiteKeys:
    with ctx.write() as session:
        return open_keys(session, ferry, actor=actor, purpose=f"job:{ctx.job.id}")


def _state(ctx: JobContext, uid: str) -> Outgoing:
    with ctx.database.read() as session:
        return Outgoing(look(session, uid).state)


def _incoming_state(ctx: JobContext, number: int) -> Incoming:
    with ctx.database.read() as session:
        return Incoming(session.get_one(FerryIncoming, number).state)


def _conclude_inspection(session: Session, ferry: Ferry, uid: str, actor: Actor) -> Outgoing:
    row = transfer(session, uid)
    if Outgoing(row.state) is not Outgoing.INSPECTING:
        return Outgoing(row.state)
    found = inspecting.compose(ferry, [(file.report, file.sha256) for file in row.files])
    _take_report(row, found)
    detail = {"inspection": found.digest, "policy": found.policy, "findings": _findings(found)}
    if found.passes:
        facts = Facts(inspected=True)
        return move(session, ferry, row, Act.PASS, Event.TRANSFER_INSPECTED, facts=facts, actor=actor, detail=detail)
    event = Event.TRANSFER_BLOCKED
    return move(session, ferry, row, Act.BLOCK, event, actor=actor, result="refused", detail=detail)


def _take_report(row: FerryTransfer, found: Report) -> None:
    for file, one in zip(row.files, found.files, strict=True):
        file.kind = one.kind
    row.report, row.inspection, row.policy = found.encode().decode(), found.digest, found.policy


def _findings(found: Report) -> list[dict[str, Any]]:
    def of(file: FileReport) -> list[dict[str, Any]]:
        return [{"code": one.code, "where": one.where, **one.facts} for one in file.findings]

    return [finding for file in found.files for finding in of(file)][:50]


def _assemble(ctx: JobContext, ferry: Ferry, number: int) -> None:
    with ctx.write() as session:
        row = incoming(session, number)
        step(session, ferry, row, Step.ASSEMBLE, Event.BUNDLE_ASSEMBLING, actor=_actor(ctx))


def _verify(ctx: JobContext, ferry: Ferry, number: int) -> None:
    with ctx.database.read() as session:
        row, senders = session.get_one(FerryIncoming, number), receiving.senders(session)
    try:
        receiving.copy(ferry, row)
    except MediumUnusableError:
        # The medium may be gone already; what was copied before is as good.
        ferry.store.check(row.offered_sha256)
    verified = receiving.check(ferry, row, senders)
    with ctx.write() as session:
        receiving.accept(session, ferry, number, verified)


def _open(ctx: JobContext, ferry: Ferry, number: int) -> None:
    with ctx.database.read() as session:
        row, senders = session.get_one(FerryIncoming, number), receiving.senders(session)
    keys = _keys(ctx, ferry, _actor(ctx))
    verified = receiving.check(ferry, row, senders)
    ctx.check()
    opened = receiving.unseal(ctx.database, ferry, row, verified, keys)
    with ctx.write() as session:
        receiving.admit(session, ferry, number, opened)


def _begin_reinspection(ctx: JobContext, ferry: Ferry, number: int) -> None:
    with ctx.write() as session:
        row = incoming(session, number)
        step(session, ferry, row, Step.REINSPECT, Event.BUNDLE_REINSPECTING, actor=_actor(ctx))


def _reinspect(ctx: JobContext, ferry: Ferry, number: int) -> None:
    with ctx.database.read() as session:
        row = session.get_one(FerryIncoming, number)
        link = receiving.known_link(session, row.link_id)
        rules, level = ferry.policy.for_link(as_link(session, link)), Level.of(row.level or "")
        left = [Subject(f.position, f.claimed_name, f.sha256, level) for f in row.files if not f.report]
    for subject in left:
        ctx.check()
        text = inspecting.inspect_file(ferry, rules, subject)
        with ctx.write() as session:
            incoming(session, number).files[subject.position].report = text
    with ctx.write() as session:
        row = incoming(session, number)
        found = inspecting.compose(ferry, [(file.report, file.sha256) for file in row.files])
        receiving.conclude(session, ferry, number, found)


_RECEIVING = {
    Incoming.SEEN: _assemble,
    Incoming.ASSEMBLING: _verify,
    Incoming.VERIFIED: _open,
    Incoming.OPENED: _begin_reinspection,
    Incoming.REINSPECTING: _reinspect,
}
