from collections.abc import Iterator
from dataclasses import replace

import pytest

from automation.completeness import require_complete
from automation.drivers import PLATFORMS
from automation.errors import ConnectError, HostKeyChangedError, LoginRefusedError
from automation.session import Endpoint, Login, connect
from tests.lab.frr import FrrLab, Router

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def router() -> Iterator[Router]:
    with FrrLab(1) as lab:
        yield lab.routers[0]


@pytest.fixture
def endpoint(router: Router) -> Endpoint:
    return Endpoint(router.name, router.address, router.ssh_port, PLATFORMS["frr"], "lab")


@pytest.mark.parametrize("kind", ["password", "private_key"])
def test_a_real_router_gives_its_whole_configuration(router: Router, endpoint: Endpoint, kind: str) -> None:
    session = connect(endpoint, Login.of({"username": router.username, kind: getattr(router, kind)}))
    try:
        found = session.running_config()
    finally:
        session.close()
    require_complete(found.text, PLATFORMS["frr"], device=router.name, base_prompt=found.base_prompt)
    assert _statements(found.text) == _statements(router.vtysh("show running-config"))


def _statements(text: str) -> list[str]:
    """Without what vtysh adds when it is run from outside: the name of the machine that it runs on."""
    lines = text[text.index("frr version") :].splitlines()
    return [line for line in lines if line not in {"", "!", "end"} and not line.startswith("hostname ")]


def test_a_changed_host_key_ends_the_attempt_before_the_password_is_sent(router: Router, endpoint: Endpoint) -> None:
    login = Login.of({"username": router.username, "password": router.password})
    session = connect(endpoint, login)
    session.close()
    connect(replace(endpoint, pinned=session.host_key), login).close()
    with pytest.raises(HostKeyChangedError) as caught:
        connect(replace(endpoint, pinned="ssh-ed25519 SHA256:other"), login)
    assert session.host_key in str(caught.value)


def test_a_wrong_password_is_named_without_being_shown(router: Router, endpoint: Endpoint) -> None:
    with pytest.raises(LoginRefusedError) as caught:
        connect(endpoint, Login(router.username, "wr0ng-passw0rd"))
    assert "wr0ng-passw0rd" not in repr(caught.value) + str(caught.value)


def test_a_closed_port_is_unreachable(endpoint: Endpoint) -> None:
    with pytest.raises(ConnectError):
        connect(replace(endpoint, port=1), Login("x", "y"))
