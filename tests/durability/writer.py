"""A program that writes through the product's services without pause, and prints what it wrote only after the commit.

    python -m tests.durability.writer SETTINGS RUN

One line of JSON a transaction: what a line names must be there for ever, whichever process is killed next. It is
killed itself now and then.
"""

import io
import json
import sys
from itertools import count
from pathlib import Path
from threading import Event as Pause

from sqlalchemy import select

from automation.jobs import devices_to_back_up, request_backup
from core.commandline import Application
from security.audit import Actor
from security.ferry import services as ferry_services
from security.ferry.levels import Level
from security.ferry.models import FerryTransfer
from security.ferry.site import open_ferry
from security.ferry.states import Outgoing
from security.vault import Keyring, Realm, Vault
from tests.security.ferry.world import APPROVERS, PIN

SUBMITTER = "li"
LINK = "外网到内网"
PAUSE_S = 0.3
TRANSFER_EVERY, APPROVE_EVERY = 6, 2
MOST_IN_REVIEW = 3  # the sealer has to keep up


class Writer:
    def __init__(self, application: Application, run: str) -> None:
        settings = application.settings
        self._database = application.database
        self._vault = Vault(Keyring.load(settings.storage.data, [Realm.MONITOR]))
        self._ferry = open_ferry(settings)
        self._run = run

    def turn(self, number: int) -> None:
        name = f"{self._run}-{number}"
        self._store_credential(name)
        self._request_backup(name, number)
        if number % TRANSFER_EVERY == 0 and len(self._in_review()) < MOST_IN_REVIEW:
            self._submit(name)
        if number % APPROVE_EVERY == 0:
            self._approve()

    def _store_credential(self, name: str) -> None:
        with self._database.write() as session:
            actor = Actor(name, "person")
            self._vault.put(session, Realm.MONITOR, name, {"community": name}, actor=actor)
        tell(wrote="credential", name=name)

    def _request_backup(self, name: str, number: int) -> None:
        with self._database.write() as session:
            devices = devices_to_back_up(session)
            job = request_backup(session, devices[number % len(devices)], actor=Actor(name, "person"))
        tell(wrote="backup", name=name, job=job)

    def _submit(self, name: str) -> None:
        text = f"季度台账 {name}\n" * 2000
        staged = ferry_services.stage(self._ferry, f"{name}.txt", io.BytesIO(text.encode()))
        with self._database.write() as session:
            made = ferry_services.submit(
                session,
                self._ferry,
                link=LINK,
                level=Level.INTERNAL,
                purpose=name,
                recipients=["信息中心"],
                files=[staged],
                actor=Actor(SUBMITTER, "person"),
            )
        tell(wrote="transfer", name=name, uid=made.uid, sha256=staged.stored.sha256)

    def _approve(self) -> None:
        """One approval of the oldest transfer that still lacks one."""
        for row in self._in_review()[:1]:
            given = {approval.role for approval in row.approvals}
            person, role = next((who, what) for who, what in APPROVERS.items() if what not in given)
            actor = Actor(person, "person")
            ferry_services.give_approval(self._database, self._ferry, row.uid, pin=PIN, roles=[role], actor=actor)
            tell(wrote="approval", uid=row.uid, person=person)

    def _in_review(self) -> list[FerryTransfer]:
        with self._database.read() as session:
            found = ferry_services.find_transfers(session, states=(Outgoing.REVIEW,))
            return sorted(found, key=lambda row: row.id)

    def finish(self) -> None:
        """Approve what is left, until nothing is on its way to review or in it."""
        while self._under_way():
            self._approve()
            Pause().wait(PAUSE_S)

    def _under_way(self) -> bool:
        states = (Outgoing.SUBMITTED, Outgoing.INSPECTING, Outgoing.REVIEW)
        with self._database.read() as session:
            return session.scalar(select(FerryTransfer.id).where(FerryTransfer.state.in_(states)).limit(1)) is not None


def tell(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(config: str, run: str) -> None:
    application = Application(Path(config))
    writer = Writer(application, run)
    if run == "finish":
        writer.finish()
    else:
        for number in count(1):
            writer.turn(number)
            Pause().wait(PAUSE_S)
    application.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
