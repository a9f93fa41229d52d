"""What a new list begins with, to be cut down or added to: what offices usually look at.

In Chinese in both languages, as the ledger is: it is the office's own paper. The bounds are those of GB 50174-2017,
appendix A, for the intake air of a running data centre (18 to 27 °C, dew point to 15 °C and 60 % relative humidity).
"""

from collections.abc import Mapping
from typing import Final

from inventory.kinds import ChecklistPurpose

_ROUND: Final = """\
冷通道温度 [18-27 ℃]
相对湿度 [20-60 %]
精密空调运行正常、无告警
UPS 由市电供电、无告警
UPS 负载率 [-80 %]
蓄电池无鼓包、漏液、异味
配电柜指示正常、无跳闸
机柜内设备无告警灯
无漏水、无凝露
烟感、灭火装置正常
门禁、视频监控正常
机房整洁、无杂物和易燃品
其他情况："""

_ACCEPTANCE: Final = """\
机房面积、净高符合设计
楼板承重检测报告齐全
双路供电或市电加 UPS 到位
UPS 满载后备时间 [15- 分钟]
接地电阻 [-1 Ω]
防雷检测报告齐全
精密空调调试记录齐全
冷通道温度 [18-27 ℃]
相对湿度 [20-60 %]
气体灭火系统验收合格
漏水检测、烟感、温湿度监控已接入
门禁、视频监控覆盖出入口和机柜通道
综合布线测试报告齐全、标签清楚
设备清单与台账一致
竣工图纸、操作手册已移交
验收意见："""

_TEXTS: Final[Mapping[ChecklistPurpose, str]] = {
    ChecklistPurpose.ROUND: _ROUND,
    ChecklistPurpose.ACCEPTANCE: _ACCEPTANCE,
}


def text_of(purpose: ChecklistPurpose) -> str:
    return _TEXTS[purpose]
