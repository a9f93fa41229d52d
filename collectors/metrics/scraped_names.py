"""Under which labels Prometheus knows what has a number here."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from collectors.history import Kind
from collectors.models import PortState
from inventory.models import Device, Line, Port


def scraped_labels(session: Session, kind: Kind, subject_id: int) -> Mapping[str, str] | None:
    """None for what is not in the inventory."""
    match kind:
        case Kind.DEVICE:
            device = session.get(Device, subject_id)
            return {"device": device.name} if device else None
        case Kind.LINE:
            line = session.get(Line, subject_id)
            return {"line": line.name} if line else None
        case Kind.PORT:
            port = session.get(Port, subject_id)
            return _port_labels(port, session.get(PortState, subject_id)) if port else None


def _port_labels(port: Port, state: PortState | None) -> Mapping[str, str]:
    """Where a device gives one name twice, ours ends in the ifIndex: see `port_identity.unique_names`."""
    own = {"device": port.device.name}
    if state and port.name.endswith(f" ({state.ifindex})"):
        return own | {"ifIndex": str(state.ifindex)}
    return own | {"ifName": port.name}
