"""One file a vendor; the registry finds a driver by the platform named in the inventory.

The drivers are netmiko's classes with what measuring showed to be missing: a pattern for every mode check, an anchored
prompt, echo checks, and no question about modes on leaving.
"""

from automation.drivers import frr, h3c_comware, huawei_vrp, ruijie_rgos
from automation.drivers.platform import Platform
from automation.errors import UnsupportedPlatformError

PLATFORMS = {
    platform.name: platform
    for platform in (huawei_vrp.PLATFORM, h3c_comware.PLATFORM, ruijie_rgos.PLATFORM, frr.PLATFORM)
}

__all__ = ["PLATFORMS", "Platform", "platform_of"]


def platform_of(device: str, name: str) -> Platform:
    """The driver of a device's platform; raises UnsupportedPlatformError."""
    try:
        return PLATFORMS[name]
    except KeyError:
        raise UnsupportedPlatformError(device=device, platform=name or "-", known=", ".join(PLATFORMS)) from None
