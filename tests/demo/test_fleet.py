"""The fleet on real sockets: net-snmp's tools and netmiko's own drivers are its judges."""

import asyncio
import subprocess
from collections.abc import AsyncIterator

import asyncssh
import pytest
from netmiko import ConnectHandler

from demo.devices.fleet import Fleet
from demo.errors import AddressTakenError
from tests.demo.samples import SILENCE, StillClock, device

HUAWEI, H3C, RUIJIE, UPS, LINUX = (
    "QL-HUAWEI-VRP-1", "QL-H3C-COMWARE-2", "QL-RUIJIE-RGOS-3", "QL-UPS-4", "QL-LINUX-5",
)  # fmt: skip


@pytest.fixture
async def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def fleet(clock: StillClock) -> AsyncIterator[Fleet]:
    devices = [
        device("huawei_vrp", 1, silence=SILENCE),
        device("h3c_comware", 2),
        device("ruijie_rgos", 3),
        device("ups", 4),
        device("linux", 5),
    ]
    async with Fleet(devices, clock) as running:
        yield running


def connect(fleet: Fleet, name: str, password: str | None = None) -> asyncssh.connect:
    at, known = fleet.endpoint(name), fleet[name].device
    return asyncssh.connect(
        at.address, at.ssh_port or 0, username=known.username, password=password or known.password, known_hosts=None,
        client_keys=None, config=None, agent_path=None,
    )  # fmt: skip


async def show(fleet: Fleet, name: str, command: str) -> str:
    async with connect(fleet, name) as connection:
        return str((await connection.run(command)).stdout).replace("\r\n", "\n")


async def tool(fleet: Fleet, name: str, program: str, *arguments: str, community: str | None = None) -> str:
    at = fleet.endpoint(name)
    command = [
        program, "-v2c", "-c", community or fleet[name].device.community, "-On", "-r0", "-t1",
        f"{at.address}:{at.snmp_port}", *arguments,
    ]  # fmt: skip
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    return done.stdout


async def test_one_command_over_ssh_prints_the_whole_configuration(fleet: Fleet) -> None:
    assert (await show(fleet, HUAWEI, "display current-configuration")).rstrip().endswith("return")


async def test_a_wrong_password_is_refused(fleet: Fleet) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        await connect(fleet, HUAWEI, password="guess")


async def test_a_port_taken_by_another_program_is_named(fleet: Fleet, clock: StillClock) -> None:
    port = fleet.endpoint(HUAWEI).snmp_port
    with pytest.raises(AddressTakenError) as caught:
        async with Fleet([device("huawei_vrp", 1, snmp_port=port)], clock):
            pass
    assert (caught.value.address, caught.value.port) == ("127.10.250.1", port)


async def test_paging_waits_for_keys_and_wipes_its_own_line(fleet: Fleet) -> None:
    async with connect(fleet, HUAWEI) as connection, connection.create_process(term_type="vt100") as process:
        await process.stdout.readuntil(">")
        process.stdin.write("display current-configuration\n")
        assert (await process.stdout.readuntil("---- More ----")).count("\n") == 25
        process.stdin.write(" ")
        assert (await process.stdout.readuntil("---- More ----")).startswith("\x1b[42D" + " " * 42 + "\x1b[42D")
        process.stdin.write("q")
        await process.stdout.readuntil(f"<{HUAWEI}>")


async def test_what_is_typed_ahead_is_echoed_after_the_delayed_prompt(fleet: Fleet) -> None:
    fleet[HUAWEI].faults.delay = 0.05
    async with connect(fleet, HUAWEI) as connection, connection.create_process(term_type="vt100") as process:
        process.stdin.write("system-view\nsysname X\n")
        seen = await process.stdout.readuntil("[X]")
        expected = (
            f"<{HUAWEI}>system-view\r\nEnter system view, return user view with Ctrl+Z.\r\n[{HUAWEI}]sysname X\r\n[X]"
        )
        assert str(seen).endswith(expected)


async def test_a_truncated_output_ends_early_and_the_prompt_follows(fleet: Fleet) -> None:
    fleet[RUIJIE].faults.truncate = 300
    assert len((await show(fleet, RUIJIE, "show running-config")).rstrip("\n")) <= 300


async def test_a_dropped_connection_ends_in_the_middle_of_an_output(fleet: Fleet) -> None:
    fleet[H3C].faults.drop = 400
    async with connect(fleet, H3C) as connection, connection.create_process(term_type="vt100") as process:
        process.stdin.write("screen-length disable\ndisplay current-configuration\n")
        seen = await process.stdout.read()
    assert "#\r\nreturn" not in str(seen)


async def test_a_reset_before_login_gives_no_session(fleet: Fleet) -> None:
    fleet[H3C].faults.reset_before_login = True
    with pytest.raises((asyncssh.Error, OSError)):
        await connect(fleet, H3C)


async def test_a_silent_device_is_deaf_and_hears_again_on_the_same_port(fleet: Fleet, clock: StillClock) -> None:
    port = fleet.endpoint(HUAWEI).ssh_port
    clock.forward(301)
    await fleet.follow_scripts()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.open_connection(fleet.endpoint(HUAWEI).address, port), 0.4)
    clock.forward(120)
    await fleet.follow_scripts()
    assert fleet.endpoint(HUAWEI).ssh_port == port
    assert await show(fleet, HUAWEI, "display version")


@pytest.mark.slow
async def test_net_snmp_reads_every_variable_of_every_device(fleet: Fleet) -> None:
    for name in (HUAWEI, H3C, RUIJIE, UPS, LINUX):
        walked = await tool(fleet, name, "snmpbulkwalk", ".1")
        lines = [line for line in walked.splitlines() if line.startswith(".1") and "No more variables" not in line]
        assert len(lines) == len(fleet[name].view), name


@pytest.mark.slow
async def test_neither_a_wrong_community_nor_a_silent_device_is_answered(fleet: Fleet, clock: StillClock) -> None:
    assert await tool(fleet, HUAWEI, "snmpget", ".1.3.6.1.2.1.1.5.0", community="public") == ""
    clock.forward(301)
    assert await tool(fleet, HUAWEI, "snmpget", ".1.3.6.1.2.1.1.5.0") == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "driver", "interface"),
    [
        (HUAWEI, "huawei", "GigabitEthernet0/0/2"),
        (H3C, "hp_comware", "GigabitEthernet1/0/2"),
        (RUIJIE, "ruijie_os", "GigabitEthernet 0/2"),
    ],
)
async def test_netmikos_own_drivers_read_change_and_save(fleet: Fleet, name: str, driver: str, interface: str) -> None:
    at, known = fleet.endpoint(name), fleet[name].device
    show_command, end = (
        ("show running-config", "end") if name == RUIJIE else ("display current-configuration", "return")
    )

    def visit() -> tuple[str, str, str]:
        with ConnectHandler(
            device_type=driver, host=at.address, port=at.ssh_port, username=known.username, password=known.password
        ) as connection:
            before = str(connection.send_command(show_command))
            connection.send_config_set([f"interface {interface}", "description by netmiko"])
            saved = str(connection.save_config())
            return before, saved, str(connection.send_command(show_command))

    before, saved, after = await asyncio.to_thread(visit)
    assert before.rstrip().endswith(end)
    assert "by netmiko" not in before
    assert " description by netmiko" in after
    assert "by netmiko" in fleet[name].saved
    assert "uccess" in saved or "OK" in saved
