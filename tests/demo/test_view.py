"""The emulated agent against RFC 3416 and RFC 1157, without a socket."""

import pytest

from collectors.snmp.wire import (
    ErrorStatus,
    Message,
    Missing,
    Oid,
    Pdu,
    PduType,
    Tag,
    Version,
    bulk_request,
    decode_message,
    parse_oid,
    request,
)
from demo.devices.fleet import VENDORS
from demo.devices.machine import Machine
from demo.devices.view import View, answer
from tests.demo.samples import NOON, StillClock, device

T = NOON.timestamp()
SYS_NAME = parse_oid("1.3.6.1.2.1.1.5.0")
IF_TABLE = parse_oid("1.3.6.1.2.1.2.2")
HC_IN = parse_oid("1.3.6.1.2.1.31.1.1.1.6")


def machine(platform: str = "huawei_vrp") -> Machine:
    return Machine(device(platform), VENDORS[platform], StillClock())


def ask(view: View, pdu: Pdu, version: Version = Version.V2C, limit: int = 1472) -> Pdu:
    reply = answer(view, Message(version, b"c", pdu), T, limit)
    assert reply is not None
    assert len(reply) <= limit
    return decode_message(reply).pdu


def walk(view: View, version: Version = Version.V2C) -> list[Oid]:
    names: list[Oid] = []
    name: Oid = (1, 0)
    while True:
        (found,) = ask(view, request(PduType.GET_NEXT, 1, [name]), version).varbinds
        if isinstance(found.value, Missing) or found.oid == name:
            return names
        names.append(found.oid)
        name = found.oid


@pytest.mark.parametrize("platform", sorted(VENDORS))
def test_a_walk_meets_every_variable_once_and_in_order(platform: str) -> None:
    view = machine(platform).view
    names = walk(view)
    assert names == sorted(set(names))
    assert len(names) == len(view)


def test_a_bulk_walk_reads_the_same_as_a_walk_by_next() -> None:
    view = machine().view
    names: list[Oid] = [(1, 0)]
    while True:
        found = ask(view, bulk_request(1, [names[-1]], max_repetitions=40)).varbinds
        names += [varbind.oid for varbind in found if not isinstance(varbind.value, Missing)]
        if isinstance(found[-1].value, Missing):
            break
    assert names[1:] == walk(view)


def test_a_get_too_big_for_a_datagram_is_refused_with_no_variables() -> None:
    wanted = [(*IF_TABLE, 1, 2, index) for index in range(5, 29)] * 4
    reply = ask(machine().view, request(PduType.GET, 7, wanted))
    assert (reply.error_status, reply.varbinds, reply.request_id) == (ErrorStatus.TOO_BIG, (), 7)


def test_a_bulk_answer_is_shortened_to_fit() -> None:
    reply = ask(machine().view, bulk_request(1, [IF_TABLE], max_repetitions=100), limit=484)
    assert reply.error_status == 0
    assert 0 < len(reply.varbinds) < 100


def test_version_1_says_no_such_name_and_skips_counter64() -> None:
    view = machine().view
    reply = ask(view, request(PduType.GET, 1, [SYS_NAME, (*HC_IN, 5)]), Version.V1)
    assert (reply.error_status, reply.error_index) == (ErrorStatus.NO_SUCH_NAME, 2)
    counters = [name for name in walk(view) if name[: len(HC_IN)] == HC_IN]
    assert counters
    assert not set(counters) & set(walk(view, Version.V1))


def test_version_2c_tells_a_missing_instance_from_a_missing_object() -> None:
    found = ask(machine().view, request(PduType.GET, 1, [(*HC_IN, 9999), (1, 3, 6, 1, 9, 1)])).varbinds
    assert [varbind.value for varbind in found] == [Missing.NO_SUCH_INSTANCE, Missing.NO_SUCH_OBJECT]


def test_a_set_is_refused() -> None:
    pdu = Pdu(PduType.SET, 1, request(PduType.GET, 1, [SYS_NAME]).varbinds)
    assert ask(machine().view, pdu).error_status == ErrorStatus.NOT_WRITABLE


def test_a_description_changed_on_the_command_line_shows_in_if_alias() -> None:
    one = machine()
    alias = parse_oid("1.3.6.1.2.1.31.1.1.1.18.5")
    assert one.configuration is not None
    one.configuration.put(("interface GigabitEthernet0/0/1",), "description 新的描述")
    assert one.view.get(alias, T).value == "新的描述".encode()


def test_the_line_of_the_first_port_goes_down_and_its_counter_stands_still() -> None:
    one = machine()
    octets, status = (*HC_IN, 5), (*IF_TABLE, 1, 8, 5)
    assert one.view.get(status, T).value == 1
    down = T + 240
    assert one.view.get(status, down + 1).value == 2
    assert one.view.get(octets, down + 1).value == one.view.get(octets, down + 89).value
    assert one.view.get(status, down + 91).value == 1
    after = [one.view.get(octets, down + s).value for s in (90, 100)]
    assert isinstance(after[0], int)
    assert isinstance(after[1], int)
    assert after[1] > after[0]


def test_a_second_process_would_answer_the_same() -> None:
    first, second = machine().view, machine().view
    for name in walk(first):
        assert first.get(name, T) == second.get(name, T)


def test_two_variables_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="same name"):
        View([(SYS_NAME, Tag.INTEGER, 1), (SYS_NAME, Tag.INTEGER, 2)])
