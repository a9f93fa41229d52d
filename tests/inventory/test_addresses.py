"""Whom the ledger may send this machine to."""

from ipaddress import ip_address

import pytest

from inventory.addresses import is_of_one_device, usable
from inventory.ledger.formats import Address
from inventory.ledger.values import UnexpectedValueError

REFUSED = [
    "0.0.0.0",  # noqa: S104  # what is refused
    "::",
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "::ffff:169.254.169.254",
    "::ffff:224.0.0.1",
    "224.0.0.251",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_of_no_one_device_is_neither_taken_nor_asked(address: str) -> None:
    assert not is_of_one_device(ip_address(address))
    assert not usable(address)
    with pytest.raises(UnexpectedValueError):
        Address().parse(address)


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "192.168.1.1", "100.64.0.9", "127.0.0.1", "::1", "fd00::7", "2001:db8::1"]
)
def test_a_unicast_address_is_one_of_a_device(address: str) -> None:
    assert is_of_one_device(ip_address(address))
    assert usable(address)
    assert Address().parse(address) == address


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1", "10.0.0.1:80", "localhost", "2130706433", "0x7f.1", "10.1", "010.0.0.1"]
)
def test_another_spelling_is_no_address(address: str) -> None:
    assert not usable(address)
    with pytest.raises(UnexpectedValueError):
        Address().parse(address)
