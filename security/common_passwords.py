"""Passwords that are guessed first.

With twelve characters required, lists of leaked passwords hardly match; what people do instead is to string familiar
pieces together (`Admin@123456`, `qwertyuiop12`, `Huawei@2026!`). So the familiar pieces are taken out, and what is
left has to be long enough to be a secret.
"""

import re

LEAST_LEFT = 5

# Longest first is not needed: `_WORDS` sorts them.
_PIECES = """
    password passwd passw0rd passphrase secret admin administrator root user test guest default system manager super
    supervisor operator login welcome letmein changeme change iloveyou love hello master monkey dragon sunshine
    princess football baseball superman batman trustno shadow michael computer internet server network public private
    security secure audit sysadmin secadmin auditadmin auditor netadmin netops
    guanjin huawei h3c ruijie cisco zte hillstone sangfor topsec venustech comware quidway vrp frr linux windows
    mysql oracle postgres sqlite china beijing shanghai guangxi hunan zhengwu dianzi zhengfu waiwang neiwang government
    gov egov office xinxi zhongxin wangluo guanli guanliyuan mima woaini woaiwojia wodemima nihao zhongguo
    qwertyuiop qwerty asdfghjkl asdfgh zxcvbnm zxcvbn qazwsxedc qazwsx qweasdzxc qweasd qwe asd zxc abcdef abc
    1qaz2wsx3edc 1qaz2wsx 1q2w3e4r5t 1q2w3e4r 1q2w3e zaq1 5201314 520 1314 8888 6666 10086 10010
    密码 口令 管理员 管理 网络 系统 政务 电子 外网 内网 政府 关津 中国
"""
_WORDS = re.compile("|".join(sorted(map(re.escape, _PIECES.split()), key=len, reverse=True)))
_REPEATED = re.compile(r"(.)\1{2,}")
_PERIODIC = re.compile(r"^(.+?)\1+$")
_YEAR = re.compile(r"(19|20)\d\d([01]\d[0-3]\d)?")
_LEET = str.maketrans("@0135$7!|", "aoiesstii")
_NOT_WORD = re.compile(r"[\W_]+")


def is_common(folded: str) -> bool:
    """Whether a case-folded password is made of familiar pieces, sequences and repetitions, with little else."""
    plain = _without_runs(_REPEATED.sub(" ", _YEAR.sub(" ", folded)))
    return any(len(_rest(variant)) < LEAST_LEFT for variant in (folded, plain, plain.translate(_LEET)))


def _rest(text: str) -> str:
    """What is left without the familiar pieces, which are also looked for across the punctuation between them."""
    text = _WORDS.sub(" ", _YEAR.sub(" ", text))
    text = _WORDS.sub(" ", _NOT_WORD.sub("", text))
    text = _without_runs(_REPEATED.sub(" ", text)).replace(" ", "")
    return _PERIODIC.sub(r"\1", text)


def _without_runs(text: str) -> str:
    """Without sequences of three or more neighbours, up or down: `456`, `cba`."""
    kept: list[str] = []
    start = 0
    while start < len(text):
        end = start + _run(text, start)
        kept.append(" " if end - start > 2 else text[start])  # noqa: PLR2004  # two neighbours are no sequence yet
        start = end if end - start > 2 else start + 1  # noqa: PLR2004  # as above
    return "".join(kept)


def _run(text: str, start: int) -> int:
    """Length of the sequence that begins here."""
    best = 1
    for step in (1, -1):
        length = 1
        while start + length < len(text) and ord(text[start + length]) == ord(text[start]) + step * length:
            length += 1
        best = max(best, length)
    return best
