"""What an unknown device probably is, from what it says of itself."""

import pytest

from collectors.snmp import Discovery, Identity, IfStatus, PortFacts, SystemFacts
from collectors.snmp.discovery import Baseline
from collectors.snmp.facts import Health
from collectors.snmp.finding import Found
from collectors.sweep.recognition import facts_of, role_of
from inventory.kinds import DeviceRole


def discovery(profile: str, hardware: str = "", descr: str = "", ports: int = 0) -> Discovery:
    facts = [
        PortFacts(n, f"GE0/0/{n}", "", "", 6, None, IfStatus.UP, IfStatus.UP, f"00:e0:fc:00:00:{n:02x}")
        for n in range(1, ports + 1)
    ]
    return Discovery(
        SystemFacts(descr=descr, name="x" * 300),
        Identity(profile, vendor="Huawei", hardware=hardware, serial="2102351"),
        tuple(facts),
        Health(),
        neighbours=(),
        neighbours_whole=True,
        protocols=(),
        found=Found(),
        baseline=Baseline(),
        faults=(),
    )


@pytest.mark.parametrize(
    ("found", "role"),
    [
        (
            discovery("huawei_vrp", "S5735-L48T4S", "S5735 Huawei Versatile Routing Platform", 48),
            DeviceRole.ACCESS_SWITCH,
        ),
        (discovery("huawei_vrp", "USG6325E", "Huawei USG6325E", 12), DeviceRole.FIREWALL),
        (discovery("huawei_vrp", "AR6140", "Huawei AR6140", 10), DeviceRole.ROUTER),
        (discovery("h3c_comware", "SecPath F1000", "H3C Comware Software", 16), DeviceRole.FIREWALL),
        (discovery("hillstone_stoneos", "SG-6000"), DeviceRole.FIREWALL),
        (discovery("ups_mib", "UPS5000"), DeviceRole.UPS),
        (discovery("linux", "", "Linux web1 5.10", 12), DeviceRole.SERVER),
        (discovery("hikvision", "DS-NVR", "NVR 32"), DeviceRole.RECORDER),
        (discovery("generic", "", "unknown box", 2), None),
    ],
)
def test_a_role_is_suggested_where_something_speaks_for_it(found: Discovery, role: DeviceRole | None) -> None:
    assert role_of(found) is role


def test_facts_fit_their_columns() -> None:
    facts = facts_of(discovery("huawei_vrp", "S5735", ports=3))
    assert (len(facts["name"]), facts["mac"], facts["ports"]) == (255, "00:e0:fc:00:00:01", 3)
