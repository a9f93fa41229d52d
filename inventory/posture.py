"""How the devices are asked: what crosses the network in the clear."""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import func, select

from core.i18n import N_
from inventory.kinds import LifeCycle, SnmpVersion
from inventory.models import Device
from security.posture import Check, Finding, Installation, Severity


def look(site: Installation) -> Mapping[SnmpVersion, int]:
    """Devices in service by the version of SNMP that they are asked with."""
    asked = (Device.life_cycle == LifeCycle.SERVICE) & (Device.snmp_credential != "")
    counted = select(Device.snmp_version, func.count()).where(asked).group_by(Device.snmp_version)
    with site.database.read() as session:
        return {SnmpVersion(version): number for version, number in session.execute(counted)}


def judge(counts: Mapping[SnmpVersion, int]) -> Iterator[Finding]:
    for version in (SnmpVersion.V1, SnmpVersion.V2C):
        if number := counts.get(version, 0):
            yield Finding(
                "inventory.snmp_clear",
                Severity.NOTE,
                f"SNMP v{version.value}",
                N_("%(number)s devices are asked with %(subject)s: the community crosses the network in the clear"),
                N_("set up SNMPv3 with authentication and encryption on the devices, then in the ledger"),
                {"number": number},
            )


CHECKS: Final = (Check("snmp", N_("versions of SNMP"), look, judge),)
