from inventory.kinds import DeviceRole, ForeignSystem, ObjectKind
from tests.inventory.foreign.bringing import previewed, sample, values, written


def test_a_host_has_what_its_groups_and_the_defaults_say() -> None:
    devices = values(sample("nornir"), ObjectKind.DEVICE)
    assert devices["QL-CG-SW-01"] == {
        "name": "QL-CG-SW-01",
        "address": "10.30.8.1",
        "ssh_port": 2222,
        "platform": "h3c_comware",
        "vendor": "新华三",
        "role": DeviceRole.ACCESS_SWITCH,
        "site": "城关镇政府",
        "tags": ("h3c", "乡镇"),
    }
    assert (devices["QL-CORE-01"]["role"], devices["QL-CORE-01"]["ssh_port"]) == (DeviceRole.CORE_SWITCH, 22)
    assert (devices["ql-web"]["role"], devices["ql-web"]["platform"]) == (DeviceRole.SERVER, "linux")


def test_the_nearer_group_wins_and_a_group_of_a_group_comes_before_the_next() -> None:
    files = {
        "hosts.yaml": "a: {groups: [x, y], data: {role: router}}",
        "groups.yaml": "x: {groups: [z]}\ny: {platform: far, port: 1}\nz: {platform: near}",
    }
    device = values(written(ForeignSystem.NORNIR, files), ObjectKind.DEVICE)["a"]
    assert (device["platform"], device["ssh_port"]) == ("near", 1)


def test_a_loop_of_groups_ends() -> None:
    files = {
        "hosts.yaml": "a: {groups: [x], data: {role: router}}",
        "groups.yaml": "x: {groups: [y]}\ny: {groups: [x]}",
    }
    assert values(written(ForeignSystem.NORNIR, files), ObjectKind.DEVICE)["a"]["tags"] == ("x", "y")


def test_secrets_at_every_level_are_counted_and_not_shown() -> None:
    lines = previewed(sample("nornir"), "zh")
    for said in ("defaults.yaml：2 个凭据", "groups.yaml：1 个凭据", "hosts.yaml：3 个凭据"):
        assert any(line.startswith(said) for line in lines)
    assert "s3cret" not in "\n".join(lines)


def test_data_of_ones_own_is_told_of() -> None:
    assert "hosts.yaml: left out, because nothing here holds it: data.uplinks (1)" in previewed(sample("nornir"))
