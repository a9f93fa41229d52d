"""The command lines, without a wire: prompts, views, answers to questions, errors."""

import pytest

from demo.devices.dialect import Dialect
from demo.devices.fleet import VENDORS
from demo.devices.machine import Machine
from tests.demo.samples import StillClock, device


def session(platform: str) -> Dialect:
    machine = Machine(device(platform), VENDORS[platform], StillClock())
    kind = machine.vendor.dialect
    assert kind is not None
    return kind(machine)


def run(one: Dialect, *lines: str) -> str:
    return [one.execute(line).text for line in lines][-1]


def test_vrp_prompts_name_the_view() -> None:
    one = session("huawei_vrp")
    prompts = [one.prompt()]
    for line in ("sys", "int g0/0/1", "quit", "user-interface vty 0 4", "return"):
        one.execute(line)
        prompts.append(one.prompt())
    name = "QL-HUAWEI-VRP-1"
    assert prompts == [
        f"<{name}>", f"[{name}]", f"[{name}-GigabitEthernet0/0/1]", f"[{name}]", f"[{name}-ui-vty0-4]", f"<{name}>",
    ]  # fmt: skip


def test_vrp_points_at_the_word_that_it_does_not_know() -> None:
    one = session("huawei_vrp")
    text = run(one, "frobnicate")
    assert text == " " * len(one.prompt()) + "^\nError: Unrecognized command found at '^' position."
    run(one, "system-view")
    assert "Wrong parameter" in run(one, "interface GigabitEthernet9/9/9")
    assert one.prompt() == "[QL-HUAWEI-VRP-1]"


def test_vrp_shows_its_running_configuration_whole() -> None:
    text = run(session("huawei_vrp"), "display current-configuration")
    assert text.startswith("!Software Version V200R019C10SPC500\n#\nsysname QL-HUAWEI-VRP-1\n#\n")
    assert text.endswith("#\nreturn")
    assert " description 至石桥镇专线\n" in text
    assert "irreversible-cipher $1a$" in text


def test_a_new_description_replaces_the_old_and_undo_takes_it_away() -> None:
    one = session("huawei_vrp")
    run(one, "system-view", "interface GigabitEthernet0/0/1", "description first", "description second")
    shown = run(one, "display this")
    assert shown.count("description") == 1
    assert " description second" in shown
    assert "description" not in run(one, "undo description", "display this")


def test_vlan_lists_are_merged_and_taken_back_by_number() -> None:
    one = session("huawei_vrp")
    run(one, "system-view", "vlan batch 30 to 32")
    assert "vlan batch 10 20 30 to 32 100\n" in run(one, "display current-configuration")
    assert "vlan batch 10 30 to 31 100\n" in run(one, "undo vlan batch 20 32", "display current-configuration")


def test_vrp_insists_on_an_answer_before_it_saves() -> None:
    one = session("huawei_vrp")
    one.execute("system-view")
    one.execute("sysname NEW-NAME")
    assert one.prompt() == "[NEW-NAME]"
    one.execute("save")
    assert one.prompt().endswith("[Y/N]:")
    one.execute("maybe")
    assert one.prompt().startswith("Error: Please choose 'YES' or 'NO'")
    assert "successfully" in run(one, "y")
    assert "sysname NEW-NAME" in one.machine.saved


def test_comware_asks_three_times_before_it_saves() -> None:
    one = session("h3c_comware")
    run(one, "system-view", "interface GigabitEthernet1/0/1", "description changed", "save")
    assert one.prompt().endswith("Are you sure? [Y/N]:")
    run(one, "Y")
    assert "input the file name" in one.prompt()
    run(one, "")
    assert "overwrite? [Y/N]:" in one.prompt()
    assert "successfully" in run(one, "Y")
    assert " description changed" in one.machine.saved


def test_comware_indents_what_stands_outside_a_view() -> None:
    text = run(session("h3c_comware"), "display current-configuration")
    assert "\n sysname QL-H3C-COMWARE-1\n" in text
    assert "\ninterface GigabitEthernet1/0/1\n description " in text
    assert text.endswith("#\nreturn")


def test_rgos_has_modes_and_ends_with_end() -> None:
    one = session("ruijie_rgos")
    prompts = [one.prompt()]
    for line in ("conf t", "interface gi 0/1", "exit", "end"):
        one.execute(line)
        prompts.append(one.prompt())
    name = "QL-RUIJIE-RGOS-1"
    assert prompts == [
        f"{name}#", f"{name}(config)#", f"{name}(config-if-GigabitEthernet 0/1)#", f"{name}(config)#", f"{name}#",
    ]  # fmt: skip
    assert run(one, "show running-config").endswith("!\nend")
    assert "[OK]" in run(one, "write")


def test_rgos_takes_commands_back_with_no() -> None:
    one = session("ruijie_rgos")
    run(one, "configure terminal", "interface GigabitEthernet 0/1", "shutdown")
    port = one.machine.device.ports[0]
    assert not one.machine.enabled(port)
    run(one, "no shutdown")
    assert one.machine.enabled(port)


@pytest.mark.parametrize("platform", ["huawei_vrp", "h3c_comware", "ruijie_rgos"])
def test_a_configuration_read_back_is_the_same_configuration(platform: str) -> None:
    one = session(platform)
    from demo.devices.configuration import Configuration

    body = one.configuration.text(one.separator)
    assert Configuration(one.grammar, body).text(one.separator) == body


def test_somebody_edits_a_description_once_and_leaves_later_changes_alone() -> None:
    machine = session("huawei_vrp").machine
    clock = machine.clock
    assert isinstance(clock, StillClock)
    assert machine.device.edit is not None
    port = next(port for port in machine.device.ports if port.name == machine.device.edit.interface)
    clock.forward(3600)
    machine.tick()
    edited = machine.description(port)
    assert edited in machine.device.edit.texts
    assert machine.configuration is not None
    machine.configuration.put((f"interface {port.name}",), "description by an operator")
    clock.forward(10)
    machine.tick()
    assert machine.description(port) == "by an operator"
