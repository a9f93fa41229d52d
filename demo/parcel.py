"""One file that crosses by itself, so that the ferry's pages have something to show: each person does their part.

    extranet: submitter, approver, officer --> disc --> intranet: media, officer, receiver
              media  <------------------------------ receipt code ------------------+

Every step looks at where the transfer stands and does what comes next, so a demonstration that was stopped goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO

from demo.exchange import LINK, Side
from security.audit import Actor
from security.ferry import services
from security.ferry.levels import Level
from security.ferry.models import FerryIncoming, FerryTransfer
from security.ferry.states import Incoming, Outgoing
from security.roles import Role

NAME = "政务公开目录.txt"
CONTENT = "政务公开目录\n一、机构职能\n二、政策文件\n三、办事指南\n".encode()
PURPOSE = "在内网同步政务公开目录"
APPROVERS = {"approver": Role.DEPARTMENT_APPROVER, "officer": Role.SECURITY_OFFICER}
ENDS = frozenset({Outgoing.CLOSED, Outgoing.BLOCKED, Outgoing.REJECTED, Outgoing.EXPIRED, Outgoing.WITHDRAWN})


@dataclass(frozen=True)
class Parcel:
    outside: Side
    inside: Side
    pin: str

    def step(self) -> bool:
        """Do what comes next, if anything can be done now; whether the parcel has come to its end."""
        with self.outside.database.read() as session:
            found = services.find_transfers(session, submitter="submitter", limit=1000)
        row = next((one for one in found if one.purpose == PURPOSE), None)
        if row is None:
            self._submit()
            return False
        acts: Mapping[Outgoing, Callable[[FerryTransfer], None]] = {
            Outgoing.REVIEW: self._approve,
            Outgoing.HANDED_OFF: self._deliver,
        }
        state = Outgoing(row.state)
        if state in acts:
            acts[state](row)
        return state in ENDS

    def _submit(self) -> None:
        staged = services.stage(self.outside.ferry, NAME, BytesIO(CONTENT))
        with self.outside.database.write() as session:
            services.submit(
                session,
                self.outside.ferry,
                link=LINK,
                level=Level.PUBLIC,
                purpose=PURPOSE,
                recipients=["receiver"],
                files=[staged],
                actor=_person("submitter"),
            )

    def _approve(self, row: FerryTransfer) -> None:
        given = {one.person for one in row.approvals}
        for login, role in APPROVERS.items():
            if login not in given:
                services.give_approval(
                    self.outside.database, self.outside.ferry, row.uid, pin=self.pin, roles=[role], actor=_person(login)
                )
                return

    def _deliver(self, row: FerryTransfer) -> None:
        with self.inside.database.read() as session:
            found = services.find_incoming(session, limit=1000)
        arrived = next((one for one in found if one.transfer == row.uid), None)
        if arrived is None:
            services.look_at_medium(self.inside.database, self.inside.ferry, actor=_person("media"))
        elif Incoming(arrived.state) is Incoming.RELEASABLE:
            with self.inside.database.write() as session:
                services.release(session, self.inside.ferry, arrived.id, actor=_person("officer"))
        elif Incoming(arrived.state) is Incoming.RELEASED:
            self._hand_out(arrived)
        elif Incoming(arrived.state) is Incoming.COLLECTED:
            code = services.receipt_code(arrived)
            services.confirm_receipt(self.outside.database, self.outside.ferry, row.uid, code, actor=_person("media"))

    def _hand_out(self, arrived: FerryIncoming) -> None:
        for file in arrived.files:
            with self.inside.database.write() as session:
                services.collect(
                    session, self.inside.ferry, arrived.id, file.position, actor=_person("receiver")
                ).file.close()


def _person(login: str) -> Actor:
    return Actor(login, "person")
