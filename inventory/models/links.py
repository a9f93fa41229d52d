"""Links between ports, and where the map shows what they join."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base
from inventory.kinds import LinkEvidence, LinkStanding, LinkState
from inventory.models.base import CODE, NAME, PLACE, choice
from inventory.models.devices import Device

CALLED = String(255)


class Link(Base):
    """链路: a cable, as far as its ends tell. `a` is a managed device; `b` may be a name that nobody manages.

    `key` is the same from whichever end it is seen. Ports are told by name beside their number, because a device may
    speak of ports that no poll has shown. `since` and `seen` are the first and the last time that anyone told of it.

    What a person states (`stated_by`, `stated_at`, `note`) stays until a person takes it back, whatever devices tell.
    """

    __tablename__ = "inventory_link"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(640), unique=True)
    a_device_id: Mapped[int] = mapped_column(ForeignKey("inventory_device.id", ondelete="CASCADE"), index=True)
    a_port_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_port.id", ondelete="CASCADE"), index=True)
    a_port: Mapped[str] = mapped_column(CALLED)
    b_device_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_device.id", ondelete="CASCADE"), index=True)
    b_port_id: Mapped[int | None] = mapped_column(ForeignKey("inventory_port.id", ondelete="CASCADE"), index=True)
    b_port: Mapped[str] = mapped_column(CALLED)
    b_name: Mapped[str] = mapped_column(CALLED)
    candidates: Mapped[int] = mapped_column(default=0)  # how many devices the name fits, where that is several
    evidence: Mapped[str] = mapped_column(CODE)  # words of LinkEvidence, by commas
    standing: Mapped[LinkStanding] = mapped_column(choice(LinkStanding, "standing"))
    state: Mapped[LinkState] = mapped_column(choice(LinkState, "state"))
    since: Mapped[datetime]
    seen: Mapped[datetime]
    gone: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(PLACE, default="")
    stated_by: Mapped[str | None] = mapped_column(NAME)
    stated_at: Mapped[datetime | None]

    a_device: Mapped[Device] = relationship(foreign_keys=[a_device_id])
    b_device: Mapped[Device | None] = relationship(foreign_keys=[b_device_id])

    @property
    def only_stated(self) -> bool:
        """Whether nobody but a person tells of it: then it is not called seen."""
        return self.evidence == LinkEvidence.STATED


class MapPlace(Base):
    """Where somebody put a node of the map. `scene` and `node` are what `inventory.topology.scene` calls them."""

    __tablename__ = "inventory_map_place"

    scene: Mapped[str] = mapped_column(String(32), primary_key=True)
    node: Mapped[str] = mapped_column(String(32), primary_key=True)
    x: Mapped[int]
    y: Mapped[int]
