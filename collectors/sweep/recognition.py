"""What a discovery says about an unknown device: the facts of its row, and what it probably is. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

from collectors.snmp import Discovery
from inventory.kinds import DeviceRole

# Profiles of which everything is one kind of thing; where a profile covers several, the device's parts tell.
_ROLE_OF_PROFILE: Final[Mapping[str, DeviceRole]] = {
    **dict.fromkeys(
        (
            "hillstone_stoneos", "topsec_ngfw", "sangfor", "dptech", "venustech", "fortinet_fortigate",
            "paloalto_panos", "sonicwall", "sophos_xg", "watchguard", "juniper_screenos", "checkpoint_gaia", "cyberoam",
        ),
        DeviceRole.FIREWALL,
    ),
    **dict.fromkeys(("ups", "ups_mib", "huawei_ups", "eaton_ups", "megatec", "tripplite"), DeviceRole.UPS),
    **dict.fromkeys(
        ("netbotz", "hwg_poseidon", "hwg_ste2", "nti_enviromux", "geist", "akcp", "sensatronics_em1", "emerson_vortex"),
        DeviceRole.ENVIRONMENT,
    ),
    **dict.fromkeys(
        (
            "linux", "windows", "vmware_esxi", "hpe_ilo", "dell_idrac", "huawei_ibmc", "lenovo_xcc", "synology", "qnap",
            "huawei_oceanstor",
        ),
        DeviceRole.SERVER,
    ),
}  # fmt: skip
# What model names and descriptions say: Huawei's USG, AR and NE, H3C's SecPath and MSR, ZTE's ZXR10 routers.
_WORDS: Final = (
    (re.compile(r"firewall|防火墙|\bUSG\d|SecPath", re.IGNORECASE), DeviceRole.FIREWALL),
    (re.compile(r"\b(NVR|DVR)\b|recorder", re.IGNORECASE), DeviceRole.RECORDER),
    (re.compile(r"\bIPC\b|camera|摄像", re.IGNORECASE), DeviceRole.CAMERA),
    (re.compile(r"\b(AR|NE|MSR)\d|NetEngine|\brouter\b|路由器", re.IGNORECASE), DeviceRole.ROUTER),
    (re.compile(r"\bUPS\b", re.IGNORECASE), DeviceRole.UPS),
)
ETHERNET: Final = 6
FEWEST_OF_A_SWITCH: Final = 8


def facts_of(discovery: Discovery) -> dict[str, Any]:
    """The columns of a find that tell what it is; texts are cut to what the columns hold."""
    system, identity = discovery.system, discovery.identity
    macs = [port.mac for port in discovery.ports if port.mac]
    return {
        "name": system.name[:255],
        "descr": " ".join(system.descr.split())[:255],
        "vendor": identity.vendor[:120],
        "model": identity.hardware[:120],
        "platform": (identity.platform or "")[:64],
        "serial": identity.serial[:64],
        "version": identity.version[:255],
        "mac": min(macs, default="")[:17],
        "ports": len(discovery.ports),
        "role": role_of(discovery),
    }


def role_of(discovery: Discovery) -> DeviceRole | None:
    """A suggestion, for a person to confirm; None where nothing speaks for one role."""
    if role := _ROLE_OF_PROFILE.get(discovery.identity.profile):
        return role
    told = f"{discovery.identity.hardware} {discovery.system.descr}"
    for word, role in _WORDS:
        if word.search(told):
            return role
    ethernet = sum(port.type == ETHERNET for port in discovery.ports)
    return DeviceRole.ACCESS_SWITCH if ethernet >= FEWEST_OF_A_SWITCH else None
