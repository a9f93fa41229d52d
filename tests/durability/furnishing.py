"""What a person does once at the terminal: credentials and emulated devices of an installation."""

from demo.devices.fleet import Fleet
from demo.devices.model import Device as Emulated
from inventory.kinds import DeviceRole
from inventory.models import Device
from security.audit import Actor
from security.vault import Keyring, Realm, Vault
from tests.demo import samples
from tests.durability.site import Site

ROOT_USER = Actor("root", "person")
KINDS = ("huawei_vrp", "h3c_comware", "ruijie_rgos")


def emulated(*kinds: str) -> tuple[Emulated, ...]:
    """Devices whose configuration changes when the test says so."""
    return tuple(samples.device(kind, number, edit=None, silence=None) for number, kind in enumerate(kinds, start=1))


def add_devices(site: Site, fleet: Fleet, devices: tuple[Emulated, ...]) -> None:
    database = site.open()
    vault = Vault(Keyring.load(site.data, [Realm.CHANGE, Realm.MONITOR]))
    login = {"username": devices[0].username, "password": devices[0].password}
    with database.write() as session:
        vault.put(session, Realm.CHANGE, "fleet", login, actor=ROOT_USER)
        vault.put(session, Realm.MONITOR, "fleet", {"community": devices[0].community}, actor=ROOT_USER)
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
