"""What a profile file may abbreviate, and how a wrong abbreviation is told."""

import tomllib
from typing import Any

import pytest

from collectors.snmp.shorthand import ShorthandError, written_out

PLAIN = """
name = "box"
[oids]
box = "1.3.6.1.4.1.99999"
[states.fan]
1 = ["good", "ok"]
[[copies]]
name = "twin"
vendor = "Twin"
oids = { box = "1.3.6.1.4.1.88888" }
[[sensors]]
kind = "state"
name = "$ifName[1]"
value = "$box.1"
only = { "=$box.9.1" = 3 }
states = "fan"
"""


def profiles(text: str) -> list[dict[str, Any]]:
    return list(written_out(tomllib.loads(text)))


def test_names_and_state_maps_are_put_where_they_are_used() -> None:
    (sensor,) = profiles(PLAIN)[0]["sensors"]
    assert sensor["value"] == "1.3.6.1.4.1.99999.1"
    assert sensor["only"] == {"=1.3.6.1.4.1.99999.9.1": 3}
    assert sensor["name"] == "1.3.6.1.2.1.31.1.1.1.1[1]"
    assert sensor["states"] == {"1": ["good", "ok"]}


def test_a_copy_is_the_file_again_under_another_number() -> None:
    own, twin = profiles(PLAIN)
    assert (own["name"], twin["name"], twin["vendor"]) == ("box", "twin", "Twin")
    assert twin["sensors"][0]["value"] == "1.3.6.1.4.1.88888.1"
    assert "copies" not in own


def test_a_dollar_in_running_text_stays() -> None:
    (own,) = profiles('name = "box"\n[[match]]\ndescr = "^Box$"\n[[sensors]]\nname = "costs $5"')
    assert own["match"] == [{"descr": "^Box$"}]
    assert own["sensors"][0]["name"] == "costs $5"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('name = "x"\n[[sensors]]\nvalue = "$nowhere.1"', "sensors[1].value"),
        ('name = "x"\n[[sensors]]\nonly = { "$nowhere.1" = 1 }', "sensors[1].only.$nowhere.1"),
        ('name = "x"\n[identity]\nserial = [{ oid = "$nowhere" }]', "identity.serial[1].oid"),
        ('name = "x"\n[oids]\na = "$nowhere"', "oids.a"),
        ('name = "x"\noids = 5', "oids"),
        ('name = "x"\nstates = []', "states"),
        ('name = "x"\n[[sensors]]\n[[sensors]]\nstates = "fan"', "sensors[2].states"),
        ('name = "x"\ncopies = 5', "copies"),
        ('name = "x"\n[[copies]]\nvendor = "y"', "copies[1]"),
        ('name = "x"\n[[copies]]\nname = "y"\nsensors = []', "copies[1].sensors"),
        ('name = "x"\n[[copies]]\nname = "y"\noids = 5', "oids"),
    ],
)
def test_a_wrong_abbreviation_is_told_by_its_place(text: str, place: str) -> None:
    with pytest.raises(ShorthandError) as caught:
        profiles(text)
    assert caught.value.place == place
