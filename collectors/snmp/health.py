"""The readings of a device's parts: found once, read at every poll."""

from collections.abc import Iterator, Mapping

from collectors.snmp.facts import Health, Mempool, Processor, Sensor, Storage
from collectors.snmp.finding import SECTIONS, Found
from collectors.snmp.instances import Fact, Instance
from collectors.snmp.present import get_present
from collectors.snmp.session import Session
from collectors.snmp.wire import Missing, Oid, Value


def health_oids(found: Found) -> list[Oid]:
    """Each object once, in a steady order."""
    return list(dict.fromkeys(oid for instance in _all(found) for oid in instance.oids))


def _all(found: Found) -> Iterator[Instance]:
    for section in SECTIONS:
        yield from found.sections.get(section, ())


def health(found: Found, values: Mapping[Oid, Value]) -> Health:
    def facts(section: str) -> list[Fact]:
        return [fact for instance in found.sections.get(section, ()) if (fact := _read(instance, values)) is not None]

    return Health(
        tuple(fact for fact in facts("processors") if isinstance(fact, Processor)),
        tuple(fact for fact in facts("mempools") if isinstance(fact, Mempool)),
        tuple(fact for fact in facts("sensors") if isinstance(fact, Sensor)),
        tuple(fact for fact in facts("storage") if isinstance(fact, Storage)),
    )


def _read(instance: Instance, values: Mapping[Oid, Value]) -> Fact | None:
    return instance.read([_present(values.get(oid)) for oid in instance.oids])


def _present(value: Value) -> Value:
    return None if isinstance(value, Missing) else value


async def read_health(session: Session, found: Found) -> Health:
    return health(found, await get_present(session, health_oids(found)))
