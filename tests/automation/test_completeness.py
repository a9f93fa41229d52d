import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.completeness import fault, require_complete, tidy
from automation.drivers import PLATFORMS
from automation.errors import IncompleteConfigError

VRP = PLATFORMS["huawei_vrp"]
FRR = PLATFORMS["frr"]

CONFIG = """!Software Version V200R019C10SPC500
#
sysname HW-CORE-01
#
interface GigabitEthernet0/0/1
 description to township
#
return
"""
FRR_CONFIG = "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\nhostname r1\n!\nend\n"


def test_a_whole_configuration_is_accepted() -> None:
    require_complete(CONFIG, VRP, device="HW", base_prompt="HW-CORE-01", last_size=len(CONFIG))
    require_complete(tidy(FRR_CONFIG, FRR), FRR, device="r1", base_prompt="r1")


@given(st.integers(min_value=0, max_value=len(CONFIG) - 2))
def test_a_truncated_configuration_is_refused_wherever_it_was_cut(cut: int) -> None:
    assert fault(CONFIG[:cut], VRP, "HW-CORE-01") is not None


@pytest.mark.parametrize(
    ("text", "prompt", "last_size", "reason"),
    [
        ("", "HW-CORE-01", None, "empty"),
        (CONFIG.replace("#\ninterface", "  ---- More ----\ninterface"), "HW-CORE-01", None, "pager"),
        ("Error: Unrecognized command found at '^' position.\n", "HW-CORE-01", None, "error message"),
        (CONFIG.replace("sysname HW-CORE-01\n", ""), "HW-CORE-01", None, "name is missing"),
        (CONFIG, "HW-CORE-02", None, "another device"),
        (CONFIG, "HW-CORE-01", len(CONFIG) * 3, "half as long"),
    ],
)
def test_a_doubtful_configuration_is_refused_with_the_reason(
    text: str, prompt: str, last_size: int | None, reason: str
) -> None:
    with pytest.raises(IncompleteConfigError) as caught:
        require_complete(text, VRP, device="HW", base_prompt=prompt, last_size=last_size)
    assert reason in str(caught.value)


def test_remarks_before_the_configuration_are_not_part_of_it() -> None:
    assert tidy(FRR_CONFIG.replace("\n", "\r\n"), FRR).startswith("!\nfrr version")
