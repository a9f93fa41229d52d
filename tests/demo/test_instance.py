"""What the demonstration writes down and checks before it starts anything."""

import socket
import stat
from pathlib import Path

import pytest

from core.settings import Zone
from demo import instance
from demo.cast import PERSONS
from demo.errors import AddressTakenError
from security.roles import THREE_ADMINISTRATORS, Role, conflict


def test_the_settings_written_are_settings(tmp_path: Path) -> None:
    medium = instance.disc(tmp_path)
    for one in instance.instances(tmp_path, (18080, 18081)):
        instance.write_settings(one, medium)
        settings = one.settings()
        assert settings.site.zone is one.zone
        assert settings.web.listen_port == one.port
        assert settings.storage.data == one.folder
        assert settings.ferry.media == medium
        assert settings.site.station_device in {"QL-CORE-SW01", "NW-CORE-SW01"}


def test_the_password_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    made = instance.secrets_of(tmp_path)
    assert instance.secrets_of(tmp_path) == made
    assert stat.S_IMODE((tmp_path / "accounts.json").stat().st_mode) == 0o600
    assert instance.secrets_of(tmp_path / "other") != made


def test_a_console_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server((instance.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        outside, _ = instance.instances(tmp_path, (port, 0))
        with pytest.raises(AddressTakenError) as caught:
            instance.require_free(outside)
    assert caught.value.port == port


@pytest.mark.parametrize("zone", Zone)
def test_the_cast_keeps_the_rules_of_separation(zone: Zone) -> None:
    persons = PERSONS[zone]
    assert len({person.display_name for person in persons}) == len({person.login for person in persons}) == len(persons)
    assert {person.roles for person in persons} >= {(role,) for role in THREE_ADMINISTRATORS}
    assert all(conflict(person.roles) is None for person in persons)
    assert {Role.DEPARTMENT_APPROVER, Role.SECURITY_OFFICER} <= {role for person in persons for role in person.roles}
