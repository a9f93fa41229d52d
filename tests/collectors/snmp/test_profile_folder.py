from pathlib import Path

import pytest

from collectors.snmp import SystemFacts
from collectors.snmp.errors import ProfileError
from collectors.snmp.profile_folder import load_profiles
from core.settings import SettingError

OWN = """
name = "county_cabinet"
vendor = "Cabinet"
[[match]]
object_id = "1.3.6.1.4.1.99999.7"
"""


def test_the_offices_own_profile_stands_beside_those_of_the_product(tmp_path: Path) -> None:
    (tmp_path / "county_cabinet.toml").write_text(OWN)
    profiles = load_profiles(tmp_path)
    assert profiles.choose(SystemFacts(object_id="1.3.6.1.4.1.99999.7.1")).name == "county_cabinet"
    assert "huawei_vrp" in profiles.by_name


def test_a_profile_of_the_same_name_replaces_the_products(tmp_path: Path) -> None:
    (tmp_path / "huawei_vrp.toml").write_text(OWN.replace("county_cabinet", "huawei_vrp"))
    assert load_profiles(tmp_path).by_name["huawei_vrp"].vendor == "Cabinet"
    assert load_profiles(None).by_name["huawei_vrp"].vendor == "Huawei"


def test_a_mistake_or_a_missing_folder_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"polling\.profiles"):
        load_profiles(tmp_path / "gone")
    (tmp_path / "bad.toml").write_text("name = 5")
    with pytest.raises(ProfileError, match=r"bad\.toml"):
        load_profiles(tmp_path)
