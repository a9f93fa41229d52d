#!/usr/bin/env python3
"""审计日志独立核验程序 / Independent verifier of a Guanjin audit log.

    python3 audit_verify.py EXPORT [EXPORT ...] [--key KEY] [--checkpoint FILE]

EXPORT        `guanjin audit export` 的输出，或按顺序给出的归档分段 / the export, or archive segments in their order
--key         在别处记下的验证公钥，可重复 / a verifier key that was noted elsewhere; may be repeated
--checkpoint  异地留存检查点的文件，可重复 / a file with checkpoints that were kept elsewhere; may be repeated

It needs Python and nothing else. It was written from docs/audit-format.md alone and shares no code with the product, so
that a mistake in one of the two shows. In the order of the log it checks that

  1. every record has exactly the fourteen fields, and the numbers 1, 2, 3 ... have no gap;          chain
  2. each record's hash is that of its content and of the record before it;                          chain
  3. the Merkle tree over the records (RFC 6962) has, where a checkpoint stands, the root in it;      tree
  4. every checkpoint is signed by the log's key (Ed25519, RFC 8032);                                 signature
  5. the checkpoints that were kept elsewhere fit too: nothing was cut off or written anew.            witness

Without --key, the key is the one that the export itself names; without --checkpoint, a log that was cut off at its end,
or written anew by somebody who has the key, cannot be told from a whole one. The verdict says so.

Exit code: 0 whole; 1 not whole; 2 the input cannot be used.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import sys
from typing import Any, Iterator, NoReturn

TEXTS = ("at", "event", "actor_name", "actor_kind", "subject", "result")
TEXTS_OR_NULL = ("address", "before", "after", "detail")
HASHED = {"sequence", "account_id", *TEXTS, *TEXTS_OR_NULL}
FIRST = "0" * 64

# ---- Ed25519, RFC 8032, section 5.1: checking signatures -----------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple  # X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z


def point_of(data: bytes) -> Point | None:
    """Section 5.1.3; None for bytes that are no point."""
    y = int.from_bytes(data, "little")
    odd, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if y >= P or (x * x - square) % P or (x == 0 and odd):
        return None
    x = P - x if x % 2 != odd else x
    return x, y, 1, x * y % P


def add(p: Point, q: Point) -> Point:
    """Section 5.1.4."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        total = add(total, point) if number % 2 else total
        point, number = add(point, point), number // 2
    return total


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Section 5.1.7."""
    if len(signature) != 64:
        return False
    key, r, s = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(s, base), add(r, times(k, key))
    return all((left[axis] * right[2] - right[axis] * left[2]) % P == 0 for axis in (0, 1))


# ---- What can be wrong ---------------------------------------------------------------------------------------------


class NotWholeError(Exception):
    """The first thing that is not as it has to be, at a record's number."""


class UnusableError(Exception):
    """The input is no export, or the arguments are wrong."""


def broken(number: int, chinese: str, english: str) -> NoReturn:
    raise NotWholeError(f"第 {number} 条记录：{chinese}\nrecord {number}: {english}")


# ---- Keys and checkpoints: C2SP signed-note and tlog-checkpoint ----------------------------------------------------


def key_of(line: str) -> tuple[str, bytes]:
    """`name+key id+base64(0x01, public key)` as name and the last part; the key id is a hash of both."""
    try:
        name, key_id, encoded = line.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        name, key_id, raw = "", "", b""
    if len(raw) != 33 or raw[0] != 1 or key_id != hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]:
        raise UnusableError(f"不是验证公钥 / not a verifier key: {line}")
    return name, raw


def checkpoint_of(note: str, keys: list[tuple[str, bytes]]) -> tuple[int, bytes] | None:
    """Size and root; None where none of the keys has signed it under the log's name.

    Three lines of text (name, size, root), an empty line, then signature lines: a dash, the name, base64(key id of
    four bytes, signature). The signature is over the text with its last line's end.
    """
    text, _gap, signatures = note.rpartition("\n\n")
    try:
        name, size, root = text.split("\n")[:3]
        for line in signatures.splitlines():
            dash, signer, encoded = line.split(" ")
            raw = base64.b64decode(encoded, validate=True)
            for known, public in keys:
                key_id = hashlib.sha256(known.encode() + b"\n" + public).digest()[:4]
                if dash == "—" and signer == name == known and raw[:4] == key_id:
                    if signature_holds(public[1:], text.encode() + b"\n", raw[4:]):
                        return int(size), base64.b64decode(root, validate=True)
    except ValueError:
        pass
    return None


def notes_in(path: str) -> Iterator[str]:
    """The checkpoints in a witness's file: notes as they were printed, or a log server's lines with them as JSON."""
    lines = [line.rstrip("\r\n") for line in lines_of(path)]
    for place, line in enumerate(lines):
        begin = line.find('{"checkpoint":')
        if begin >= 0:
            try:
                yield str(json.JSONDecoder().raw_decode(line[begin:])[0]["checkpoint"])
            except ValueError:
                continue
        elif line.startswith("— ") and place >= 4:
            yield "\n".join(lines[place - 4 : place + 1]) + "\n"


# ---- The chain and the tree ----------------------------------------------------------------------------------------


def hash_of(record: dict[str, Any]) -> str:
    """SHA-256 over the domain, the hash before, and the content in the form of RFC 8785: sorted keys, no spaces."""
    content = {name: record[name] for name in HASHED}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(b"guanjin-audit-v1\n" + bytes.fromhex(record["previous"]) + text.encode()).hexdigest()


def shape_is_right(record: dict[str, Any]) -> bool:
    """Exactly the fourteen fields, each of its type: nothing rides along that is not hashed."""
    return (
        set(record) == {*HASHED, "previous", "hash"}
        and type(record["sequence"]) is int
        and type(record["account_id"]) in (int, type(None))
        and all(type(record[name]) is str for name in (*TEXTS, "previous", "hash"))
        and all(type(record[name]) in (str, type(None)) for name in TEXTS_OR_NULL)
    )


class Tree:
    """RFC 6962, section 2.1: the hashes of whole subtrees, largest first; the root is folded from them."""

    def __init__(self, size: int = 0, subtrees: list[bytes] | None = None) -> None:
        self.size, self.subtrees = size, subtrees or []

    def append(self, leaf: bytes) -> None:
        self.subtrees.append(hashlib.sha256(b"\0" + leaf).digest())
        self.size += 1
        size = self.size
        while size % 2 == 0:
            right, left = self.subtrees.pop(), self.subtrees.pop()
            self.subtrees.append(hashlib.sha256(b"\1" + left + right).digest())
            size //= 2

    def root(self) -> bytes:
        found = self.subtrees[-1] if self.subtrees else hashlib.sha256().digest()
        for left in reversed(self.subtrees[:-1]):
            found = hashlib.sha256(b"\1" + left + found).digest()
        return found


class Check:
    """One walk over the log, line by line."""

    def __init__(self, keys: list[tuple[str, bytes]], witnesses: dict[int, bytes]) -> None:
        self.keys, self.pinned, self.witnesses = keys, bool(keys), witnesses
        self.tree, self.previous, self.begin = Tree(), FIRST, 0
        self.at, self.backwards, self.checkpoints, self.signed = "", 0, 0, 0

    def line(self, text: str) -> None:
        try:
            pairs: list[tuple[str, Any]] = json.loads(text, object_pairs_hook=list)
            value = {name: dict(item) if type(item) is list and name == "begin" else item for name, item in pairs}
        except (TypeError, ValueError):
            broken(self.tree.size + 1, "该行无法读取", "the line cannot be read")
        if len(value) != len(pairs):
            broken(self.tree.size + 1, "同一字段出现两次", "a field is there twice")
        if "log" in value:
            self.header(value)
        elif "checkpoint" in value:
            self.checkpoint(value)
        else:
            self.record(value)

    def header(self, value: dict[str, Any]) -> None:
        """The first line of an export or a segment. A segment says where it begins, and what was signed there."""
        if value["log"] != "guanjin-audit-v1":
            raise UnusableError(f"未知格式 / unknown format: {value['log']}")
        if not self.pinned:
            self.keys = [*self.keys, *(key_of(line) for line in value["keys"])]
        begin = value.get("begin")
        if begin and not self.tree.size:
            self.begin = begin["size"]
            self.tree = Tree(self.begin, [base64.b64decode(one) for one in begin["subtrees"]])
            self.previous = begin["previous"]
            self.checkpoint({"checkpoint": begin["checkpoint"]})

    def record(self, record: dict[str, Any]) -> None:
        number = self.tree.size + 1
        if not shape_is_right(record):
            broken(number, "字段不完整、多余或类型不对", "its fields are not those of a record")
        if record["sequence"] != number:
            broken(number, "编号不连续，有记录缺失、多余或移位", "its number is not the next: missing, added or moved")
        if record["previous"] != self.previous:
            broken(number, "与上一条记录不衔接", "it does not follow the record before it")
        if record["hash"] != hash_of(record):
            broken(number, "内容被改动", "its content was altered")
        self.previous = record["hash"]
        self.tree.append(bytes.fromhex(self.previous))
        self.backwards += record["at"] < self.at
        self.at = max(self.at, record["at"])
        if number in self.witnesses and self.witnesses[number] != self.tree.root():
            broken(
                number, "到此为止的记录与异地检查点不符", "the records up to it do not fit a checkpoint kept elsewhere"
            )

    def checkpoint(self, line: dict[str, Any]) -> None:
        found = checkpoint_of(line["checkpoint"], self.keys) if type(line["checkpoint"]) is str else None
        if found is None or len(line) != 1:
            broken(self.tree.size, "检查点不是由本日志的密钥签名的", "the checkpoint is not signed by the log's key")
        if found[0] != self.tree.size:
            broken(self.tree.size + 1, "检查点覆盖的记录数与此处不符", "a checkpoint covers another number of records")
        if found[1] != self.tree.root():
            broken(
                self.tree.size, "到此为止的记录与签名时不一致", "the records up to it are not those that were signed"
            )
        self.checkpoints, self.signed = self.checkpoints + 1, self.tree.size

    def end(self) -> None:
        longest = max(self.witnesses, default=0)
        if longest > self.tree.size:
            broken(
                self.tree.size + 1, f"缺失：异地检查点覆盖 {longest} 条", f"missing: a kept checkpoint covers {longest}"
            )


# ---- The command line ----------------------------------------------------------------------------------------------


def lines_of(path: str) -> Iterator[str]:
    """Of a file as it is, or packed by gzip."""
    try:
        with open(path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else open(path, "rb") as file:
            for line in file:
                yield line.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UnusableError(f"{path}: {error}") from None


def run(exports: list[str], key_lines: list[str], kept: list[str]) -> Check:
    keys = [key_of(line) for line in key_lines]
    known = keys or [key_of(line) for path in exports[:1] for line in json.loads(next(lines_of(path)))["keys"]]
    found = [checkpoint_of(note, known) for path in kept for note in notes_in(path)]
    witnesses = dict(one for one in found if one)
    if kept and not witnesses:
        raise UnusableError(
            "没有由本日志密钥签名的检查点 / no checkpoint that the log's key has signed: " + " ".join(kept)
        )
    check = Check(keys, witnesses)
    for path in exports:
        for line in lines_of(path):
            check.line(line)
    check.end()
    return check


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exports", nargs="+", metavar="EXPORT")
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE")
    given = parser.parse_args()
    try:
        check = run(given.exports, given.key, given.checkpoint)
    except NotWholeError as error:
        print(f"结论：日志不完整 / VERDICT: NOT WHOLE\n{error}")
        return 1
    except (UnusableError, ValueError, KeyError, TypeError, StopIteration) as error:
        print(f"输入无法使用 / the input cannot be used: {error}", file=sys.stderr)
        return 2
    print("结论：日志完整 / VERDICT: WHOLE")
    print(f"记录 / records: {check.begin + 1} - {check.tree.size}")
    print(f"最后一条的散列 / hash of the last: {check.previous}")
    print(f"树根 / root: {check.tree.root().hex()}")
    print(f"有效检查点 / checkpoints that hold: {check.checkpoints}, 覆盖 / up to record {check.signed}")
    if check.backwards:
        print(f"提示：{check.backwards} 处时间早于之前的记录（校时） / hint: {check.backwards} times run backwards")
    if not check.pinned:
        print("注意：公钥取自导出文件，请与别处记下的核对 / note: the key is the export's own; compare it with yours")
    if not check.witnesses:
        print(
            "注意：未给出异地检查点，末尾被截断无法发现 / note: without a kept checkpoint, a cut-off end would not show"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
