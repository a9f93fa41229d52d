import os
import socket
from pathlib import Path

import pytest

from security.errors import KeyMissingError, RealmClosedError
from security.vault import Realm, agent
from security.vault.agent import KeyAgent
from security.vault.envelope import key_id, new_key
from security.vault.errors import KeyAgentError
from security.vault.keyfiles import FileKeys, create_keys, path_of

REALMS = {"poller": (Realm.MONITOR,), "worker": (Realm.CHANGE, Realm.FERRY)}


def serving(data: Path) -> KeyAgent:
    return KeyAgent(FileKeys(data).load, REALMS)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    create_keys(tmp_path)
    return tmp_path


def test_a_process_gets_the_keys_of_its_own_realms(data: Path) -> None:
    with serving(data) as given:
        assert set(given.descriptors) == {"poller", "worker"}
        ring = agent.keyring(os.dup(given.descriptors["worker"]))
        assert ring.realms == {Realm.CHANGE, Realm.FERRY}
        assert (ring.first(Realm.FERRY),) == FileKeys(data).load(Realm.FERRY)
        with pytest.raises(RealmClosedError):
            ring.first(Realm.MONITOR)


def test_what_it_inherited_is_not_inherited_further(data: Path) -> None:
    with serving(data) as given:
        descriptor = os.dup(given.descriptors["poller"])
        os.set_inheritable(descriptor, True)
        ring = agent.keyring(descriptor)
        assert not os.get_inheritable(descriptor)
        assert ring.realms


def test_it_hears_of_a_rotation_by_asking_again(data: Path) -> None:
    with serving(data) as given:
        ring = agent.keyring(os.dup(given.descriptors["poller"]))
        new = new_key()
        FileKeys(data).replace({Realm.MONITOR: (new,)})
        assert ring.find(Realm.MONITOR, key_id(new)) == new


def test_an_answer_that_a_dead_process_left_unread_is_not_taken_for_ones_own(data: Path) -> None:
    with serving(data) as given:
        dead = socket.socket(fileno=os.dup(given.descriptors["poller"]))
        dead.send(os.urandom(16))
        dead.close()
        new = new_key()
        until_answered(given)
        FileKeys(data).replace({Realm.MONITOR: (new,)})
        assert agent.keyring(os.dup(given.descriptors["poller"])).first(Realm.MONITOR) == new


def until_answered(given: KeyAgent) -> None:
    """The answer to the dead process lies there."""
    waiting = socket.socket(fileno=os.dup(given.descriptors["poller"]))
    waiting.recv(1, socket.MSG_PEEK)
    waiting.close()


def test_what_the_supervisor_meets_is_told_where_it_matters(data: Path) -> None:
    path_of(data, Realm.MONITOR).unlink()
    with serving(data) as given:
        with pytest.raises(KeyMissingError) as caught:
            agent.keyring(os.dup(given.descriptors["poller"]))
        assert "monitor" in str(caught.value)
        assert agent.keyring(os.dup(given.descriptors["worker"])).realms


def test_without_a_supervisor_nothing_is_handed_over(data: Path) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.close()
    with pytest.raises(KeyAgentError):
        agent.keyring(theirs.detach())
