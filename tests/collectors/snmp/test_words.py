import pytest

from collectors.snmp.profiles import shipped
from collectors.snmp.words import CONTEXT, told, words
from core.i18n import ROOT, read_catalogue, translator

CATALOGUE = ROOT / "collectors" / "profiles" / "translations" / "zh.po"
CHINESE, ENGLISH = translator("zh"), translator("en")


def test_every_word_of_a_shipped_profile_is_there_in_chinese_and_no_other() -> None:
    known = {message.id for message in read_catalogue(CATALOGUE) if message.id and message.string}
    assert {message.context for message in read_catalogue(CATALOGUE) if message.id} == {CONTEXT}
    assert known == {word for word in words(shipped().by_name.values()) if word}


@pytest.mark.parametrize(
    ("name", "chinese"),
    [
        ("Fan", "风扇"),
        ("Fan 1.2", "风扇 1.2"),
        ("Power supply 2 output", "电源 2 输出"),
        ("GigabitEthernet0/0/1 Rx", "GigabitEthernet0/0/1 接收"),
        ("MPU Board 0", "MPU Board 0"),
        ("机柜顶部 1", "机柜顶部 1"),
        ("", ""),
    ],
)
def test_a_name_is_told_as_far_as_it_is_the_profiles(name: str, chinese: str) -> None:
    assert told(name, CHINESE) == chinese
    assert told(name, ENGLISH) == name


def test_a_word_is_known_in_its_context_only() -> None:
    assert told("other", CHINESE) != "other"
    assert CHINESE("Fan") == "Fan"
