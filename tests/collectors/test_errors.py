from collectors.errors import IcmpUnavailableError, NoCredentialError, explain
from core.i18n import translator


def test_a_stored_code_becomes_words_again_in_the_readers_language() -> None:
    error = NoCredentialError(credential="hx-core")
    found = explain(error.code, {"credential": "hx-core"}, translator("zh"))
    assert found.text == "设备所用的 SNMP 凭据 hx-core 不在凭据库的监测域中"
    assert found.hint
    assert explain("snmp.no_answer", {"address": "192.0.2.1", "port": 161}).text.startswith("192.0.2.1")


def test_an_unknown_code_or_missing_facts_speak_for_themselves() -> None:
    assert explain("snmp.of_the_future", {}).text == "snmp.of_the_future"
    assert explain(NoCredentialError.code, None).text == NoCredentialError.code


def test_missing_permission_for_icmp_says_what_to_set() -> None:
    hint = IcmpUnavailableError(reason="Permission denied").render_hint()
    assert "net.ipv4.ping_group_range" in hint
    assert "CAP_NET_RAW" in hint
