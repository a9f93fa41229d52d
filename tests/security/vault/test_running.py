"""The real processes on each source: only the supervisor is told the secret, and every key is renewed under way."""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import SystemClock
from demo.devices.fleet import Fleet
from demo.devices.model import Device as Emulated
from inventory.kinds import DeviceRole
from inventory.models import Device
from security.vault.envelope import new_key
from security.vault.wrappers import KEY_CREDENTIAL
from tests.console import set_up
from tests.demo.running import running
from tests.durability.furnishing import emulated
from tests.installation import until
from tests.security.vault.places import MODULE, PASSPHRASE, PIN
from tests.security.vault.sealed_site import SealedSite, first_log_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class CredentialSite(SealedSite):
    """As a unit with `LoadCredentialEncrypted=` finds its surroundings."""

    folder_of_credentials = ""

    def _environ(self) -> dict[str, str]:
        return {**super()._environ(), "CREDENTIALS_DIRECTORY": self.folder_of_credentials}


@pytest.fixture(params=["file", "passphrase", "credential", "pkcs11"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SealedSite]:
    source: str = request.param
    vault = {"source": source, "pkcs11_module": MODULE, "pkcs11_key": f"key-{os.getpid()}"}
    kind = CredentialSite if source == "credential" else SealedSite
    found = kind(tmp_path / "site", vault=vault, polling={"interval_s": 5})
    found.passphrase = PIN if source == "pkcs11" else PASSPHRASE
    if isinstance(found, CredentialSite):
        found.folder_of_credentials = str(tmp_path)
        (tmp_path / KEY_CREDENTIAL).write_text(base64.b64encode(new_key()).decode())
    if source == "pkcs11":
        request.getfixturevalue("token")
    with found as site:
        yield site


def test_keys_are_renewed_under_a_running_installation(site: SealedSite) -> None:
    """After both rotations the processes that were started before them read a device and back one up."""
    devices = emulated("huawei_vrp", "h3c_comware")
    with running(devices, SystemClock()) as fleet:
        site.up_and_working()
        set_up(site)
        before = site.pids()
        for option in ((), ("--master",)):
            site.guanjin("vault", "rotate", *option)
        store_in_the_console(site, devices[0])
        add(site, fleet, devices)
        site.guanjin("config", "backup")
        for device in devices:
            until(lambda name=device.name: reached(site, name), f"{device.name} is polled", 90)  # type: ignore[misc]
            until(lambda name=device.name: backed_up(site, name), f"{device.name} is backed up", 90)  # type: ignore[misc]
        assert site.pids() == before
        status = site.json("vault", "status")
        assert all(realm["unfinished"] is None for realm in status["realms"])
        site.down()
    assert "Traceback" not in site.words()


def test_the_installation_starts_again_with_its_source_and_not_without(site: SealedSite) -> None:
    site.up_and_working()
    site.down()
    if site.settings().vault.source == "file":
        return
    site.passphrase = "000000000000"
    if isinstance(site, CredentialSite):
        site.folder_of_credentials = "/nonexistent"
    site.start()
    assert site.ended() in {3, 4, 5}
    assert "[vault." in site.words()


def store_in_the_console(site: SealedSite, device: Emulated) -> None:
    """By the form, of the process that holds no key."""
    console = first_log_in(site, "system_admin", "seventeen-quiet-herons-47")
    console.submit("/credentials/new?kind=snmp-v2c", {"name": "fleet", "community": device.community})
    login = {"name": "fleet", "username": device.username, "password": device.password}
    assert "fleet" in console.submit("/credentials/new?kind=ssh-password", login)


def add(site: SealedSite, fleet: Fleet, devices: tuple[Emulated, ...]) -> None:
    database = site.open()
    with database.write() as session:
        for device in devices:
            at = fleet.endpoint(device.name)
            session.add(
                Device(
                    name=device.name,
                    role=DeviceRole.ACCESS_SWITCH,
                    platform=device.platform,
                    address=at.address,
                    snmp_port=at.snmp_port,
                    snmp_credential="fleet",
                    ssh_port=at.ssh_port,
                    ssh_credential="fleet",
                )
            )
    database.close()


def reached(site: SealedSite, name: str) -> bool:
    found = json.loads(site.guanjin("health", "list", "--json"))
    return any(device["name"] == name and device["reachability"] == "up" for device in found)


def backed_up(site: SealedSite, name: str) -> bool:
    return bool(json.loads(site.guanjin("config", "list", name, "--json")))
