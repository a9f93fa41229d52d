"""The inventory as Nornir sees it: one query, plain values, no secrets.

A host carries the *name* of its credential; who opens a connection resolves the name at that moment.
"""

from collections.abc import Sequence
from pathlib import Path

from nornir.core.inventory import Defaults, Group, Groups, Host, Hosts, Inventory, ParentGroups
from nornir.core.plugins.inventory import InventoryPluginRegister
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import settings
from core.database import Database
from inventory.kinds import LifeCycle
from inventory.models import Device, Site

PLUGIN = "guanjin"


class GuanjinInventory:
    """Devices in service that have an address, in groups by platform, role and site.

    `database` is handed over by the worker; a script of the user's own leaves it out and names a settings file, or
    nothing at all.
    """

    def __init__(
        self, database: Database | None = None, device_ids: Sequence[int] | None = None, config: str | None = None
    ) -> None:
        self._database = database
        self._device_ids = device_ids
        self._config = config

    def load(self) -> Inventory:
        if self._database is not None:
            return self._read(self._database)
        database = Database(settings.load(Path(self._config) if self._config else None).database_url)
        try:
            return self._read(database)
        finally:
            database.close()

    def _read(self, database: Database) -> Inventory:
        with database.read() as session:
            return inventory_of(session, self._device_ids)


def inventory_of(session: Session, device_ids: Sequence[int] | None = None) -> Inventory:
    """Those in service, or exactly those named."""
    query = select(Device, Site.name).outerjoin(Site, Device.site_id == Site.id).where(Device.address.is_not(None))
    if device_ids is None:
        query = query.where(Device.life_cycle == LifeCycle.SERVICE)
    else:
        query = query.where(Device.id.in_(device_ids))
    hosts, groups, defaults = Hosts(), Groups(), Defaults()
    for device, site in session.execute(query.order_by(Device.name)):
        names = [name for name in (device.platform, device.role.value, site) if name]
        for name in names:
            groups.setdefault(name, Group(name, defaults=defaults))
        hosts[device.name] = _host(device, ParentGroups(groups[name] for name in names), site, defaults)
    return Inventory(hosts=hosts, groups=groups, defaults=defaults)


def _host(device: Device, groups: ParentGroups, site: str | None, defaults: Defaults) -> Host:
    return Host(
        device.name,
        hostname=device.address,
        port=device.ssh_port,
        platform=device.platform,
        groups=groups,
        data={
            "device_id": device.id,
            "vendor": device.vendor,
            "model": device.model,
            "role": device.role.value,
            "site": site or "",
            "credential": device.ssh_credential,
        },
        defaults=defaults,
    )


InventoryPluginRegister.register(PLUGIN, GuanjinInventory)
