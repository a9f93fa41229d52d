"""What long lists are sorted and searched by: places of addresses, initials of names, names of ports."""

from bisect import bisect_right
from ipaddress import ip_address
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0027_lists"
down_revision: Final[str | None] = "0025_topology"

SPOKEN = ("region", "site", "unit", "contact", "room", "device", "line", "business_system")
# The code in GB 2312 of the first character of each letter.
FIRST = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"), (0xB8C1, "g"),
    (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"), (0xC4C3, "n"), (0xC5B6, "o"),
    (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"), (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"),
    (0xD1B9, "y"), (0xD4D1, "z"),
)  # fmt: skip
CODES = [code for code, _ in FIRST]
LAST = 0xD7F9
DEVICE = sa.table("inventory_device", sa.column("id", sa.Integer), sa.column("address"), sa.column("place"))


def upgrade() -> None:
    op.add_column("inventory_device", sa.Column("place", sa.String(33)))
    connection = op.get_bind()
    for number, address in connection.execute(sa.select(DEVICE.c.id, DEVICE.c.address)).all():
        connection.execute(sa.update(DEVICE).where(DEVICE.c.id == number).values(place=_place(address)))
    for kind in SPOKEN:
        table = sa.table(f"inventory_{kind}", sa.column("id", sa.Integer), sa.column("name"), sa.column("initials"))
        for number, name in connection.execute(sa.select(table.c.id, table.c.name).where(table.c.initials == "")).all():
            connection.execute(sa.update(table).where(table.c.id == number).values(initials=_initials(name)))
    op.create_index("ix_inventory_device_place", "inventory_device", ["place"])
    op.create_index("ix_inventory_port_name", "inventory_port", ["name"])


def downgrade() -> None:
    op.drop_index("ix_inventory_port_name", "inventory_port")
    op.drop_index("ix_inventory_device_place", "inventory_device")
    op.drop_column("inventory_device", "place")


def _place(address: str | None) -> str | None:
    """As `inventory.addresses.sort_key` writes it now; a migration does not change when that does."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    return f"{found.version}{int(found):032x}"


def _initials(name: str) -> str:
    """As `inventory.pinyin.initials` has them now, cut to what the column holds."""
    return "".join(filter(None, map(_initial, name.casefold())))[:120]


def _initial(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else ""
    try:
        code = int.from_bytes(character.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    return FIRST[bisect_right(CODES, code) - 1][1] if CODES[0] <= code <= LAST else ""
