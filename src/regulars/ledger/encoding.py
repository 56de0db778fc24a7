"""What a text file is written in: found from its bytes, checked over its whole length, turned into UTF-8 if needed.

Hong Kong's tills write UTF-8 with and without mark, UTF-16 and Big5 with the Supplementary Character Set; mainland
ones GB 18030; anything left is taken for Windows Latin. One streaming pass, whatever the size of the file.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from regulars.base.errors import BadData
from regulars.base.progress import Progress
from regulars.base.text import say

CHUNK = 8 << 20
#: A line longer than this is no table row; it would only fill the memory.
LONGEST_LINE = 8 << 20
_ODD_BLANKS = (b"\t", "\u00a0".encode(), "\u3000".encode())
#: Characters that tables of sales and customers are full of; they tell one Chinese encoding from another.
_USUAL = frozenset(
    "日期時間客戶會員編號顧姓名電話手機郵地址區金額總數量單價折扣實收小計項目服務產品貨類別分店門市員工職發票備註生出入登記訂狀態"
    "預約完成取消退款套療程護理面部髮剪染甲美容洗男女士先小姐太陳李黃張林王吳劉梁香港九龍新界旺角中環銅鑼灣沙田的是有不人大一二三十"
    "时间户会员编号顾电话机邮总数单价实项务产货类员发备区预约状态订记疗护剪银铜铃陈黄张吴刘"
)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class TextFile:
    """A UTF-8 file DuckDB can read: the original, or a copy in the work folder."""

    path: Path
    encoding: str
    replaced: int  # characters that could not be read and became U+FFFD
    odd_blanks: bool  # tabs or blanks other than the plain one occur, so cells need thorough trimming


def _chunks(path: Path, progress: Progress) -> Iterator[bytes]:
    total = path.stat().st_size
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            done += len(chunk)
            progress(say("importing.step.reading", file=path.name), done, total)
            yield chunk


def find_encoding(head: bytes, name: str) -> str:
    """The encoding of the beginning of a file.

    Raises:
        BadData: it is no text at all.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        zeros = head[:4096]
        if zeros[1::2].count(0) > 0.3 * len(zeros) / 2 and b"\0" not in zeros[::2]:
            return "utf-16-le"
        if zeros[::2].count(0) > 0.3 * len(zeros) / 2 and b"\0" not in zeros[1::2]:
            return "utf-16-be"
        raise _binary(name)
    controls = sum(head.count(bytes([c])) for c in range(1, 32) if c not in (9, 10, 11, 12, 13, 26, 27))
    if controls > max(8, len(head) // 200):
        raise _binary(name)
    if _decodes(head, "utf-8"):
        return "utf-8"
    return _east_asian(head) or "cp1252"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(data)  # a character cut at the end is no error
    except UnicodeDecodeError:
        return False
    return True


def _east_asian(head: bytes) -> str | None:
    # Bytes alone do not tell Big5 from GB 18030, nor either from Latin accents; what they would say does.
    scores = {}
    for encoding in ("big5hkscs", "gb18030"):
        if _decodes(head, encoding):
            text = head.decode(encoding, errors="ignore")
            foreign = [character for character in text if ord(character) > 0x2E7F]
            latin = sum(character.isalpha() and ord(character) < 0x2E80 for character in _touching(text))
            usual = sum(character in _USUAL for character in foreign)
            scores[encoding] = (usual - latin, len(foreign))
    best = max(scores, key=lambda encoding: scores[encoding], default=None)
    return best if best and (scores[best][0] > 0 or not _mostly_ascii_around(head)) else None


def _touching(text: str) -> str:
    # Latin letters next to a Chinese one: "Café" read as Big5 has them, a Chinese table hardly ever.
    return "".join(b for a, b in pairwise(text) if (ord(a) > 0x2E7F) != (ord(b) > 0x2E7F) and b.isascii())


def _mostly_ascii_around(head: bytes) -> bool:
    # Accented Latin letters stand alone among plain ones; Chinese bytes come in runs.
    high = [at for at, byte in enumerate(head[:200_000]) if byte >= 0x80]
    alone = sum(head[at - 1 : at] < b"\x80" and head[at + 1 : at + 2] < b"\x80" for at in high)
    return alone > 0.5 * len(high)


def _binary(name: str) -> BadData:
    return BadData(say("importing.file.binary", file=name), say("importing.file.binary_hint"))


def _too_long(name: str) -> BadData:
    return BadData(say("importing.file.long_line", file=name, n=LONGEST_LINE >> 20), say("importing.file.binary_hint"))


def as_utf8(path: Path, *, work: Path, encoding: str | None, progress: Progress) -> TextFile:
    """Check the whole file and give it back as UTF-8, copying it into ``work`` only when it is something else.

    Raises:
        BadData: binary content, or a line beyond any table's.
    """
    with path.open("rb") as file:
        head = file.read(1 << 20)
    found = encoding or find_encoding(head, path.name)
    if found in ("utf-8", "utf-8-sig") and (checked := _checked_utf8(path, progress)) is not None:
        return TextFile(path, found, 0, checked)
    if found == "utf-8":  # the beginning was plain ASCII; look again at the first part that is not
        found = _east_asian(_first_high(path)) or "cp1252"
    return _transcoded(path, work / "text.csv", found, progress)


def _checked_utf8(path: Path, progress: Progress) -> bool | None:
    # Whether odd blanks occur; None when it is not UTF-8 after all.
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    running = 0
    odd = False
    try:
        for chunk in _chunks(path, progress):
            if b"\0" in chunk:
                raise _binary(path.name)
            running = _line_length(running, chunk, path.name)
            odd = odd or any(blank in chunk for blank in _ODD_BLANKS)
            if not chunk.isascii() or decoder.getstate()[0]:
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return odd


def _line_length(running: int, chunk: bytes, name: str) -> int:
    # Enough to look at the ends of each chunk: a line within one chunk is shorter than the chunk.
    last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
    running = running + len(chunk) if last < 0 else len(chunk) - last - 1
    if running > LONGEST_LINE:
        raise _too_long(name)
    return running


def _first_high(path: Path) -> bytes:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for line in () if chunk.isascii() else chunk.splitlines(keepends=True):
                if not line.isascii():
                    at = chunk.find(line)
                    return chunk[at : at + (1 << 20)]
    return b""


def _transcoded(path: Path, target: Path, encoding: str, progress: Progress) -> TextFile:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    replaced = running = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        for chunk in _chunks(path, progress):
            text = decoder.decode(chunk)
            if "\0" in text:
                raise _binary(path.name)
            running = _line_length(running, text.encode(), path.name)
            replaced += text.count("\ufffd")
            out.write(text)
        out.write(decoder.decode(b"", final=True))
    return TextFile(target, encoding, replaced, True)
