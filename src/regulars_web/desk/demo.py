"""Names for the customers of a demo, made up from their keys: the same customer has the same name at every start."""

from __future__ import annotations

import pyarrow as pa

from regulars import api
from regulars_web.company.businesses import business
from regulars_web.privacy import gate

_FAMILY = [
    "Chan 陳",
    "Wong 黃",
    "Lee 李",
    "Cheung 張",
    "Lau 劉",
    "Leung 梁",
    "Ng 吳",
    "Ho 何",
    "Tsang 曾",
    "Yip 葉",
    "Kwok 郭",
    "Tam 譚",
    "Mak 麥",
    "Lam 林",
]
_GIVEN = [
    "Ka Yan 嘉欣",
    "Wing Sum 詠心",
    "Mei Yee 美儀",
    "Chi Ho 志豪",
    "Sze Wai 思慧",
    "Hoi Ting 凱婷",
    "Wai Man 偉文",
    "Yuk Ling 玉玲",
]
_GIVEN += [
    "Tsz Ching 子晴",
    "Man Hin 文軒",
    "Pui Shan 佩珊",
    "Kin Fai 健輝",
    "Lok Yi 樂兒",
    "Suet Fan 雪芬",
    "Chun Kit 俊傑",
    "Hiu Lam 曉嵐",
]
_BLOCK = 500


def name_everybody() -> int:
    """Put a made-up name into the vault for every customer of the newest study; how many. None where there are any."""
    if gate.held():
        return 0
    reader = api.people_of(business())
    named, after = 0, None
    while True:
        page = reader.page(sort="branch", after=after, size=_BLOCK, columns=("branch",))
        keys = [row.key for row in page.rows]
        gate.admit(None, _made_up(keys), source="demo")
        named, after = named + len(keys), page.after
        if after is None:
            return named


def _made_up(keys: list[str]) -> pa.Table:
    nothing = pa.nulls(len(keys), pa.string())
    members = [f"D{int(key) % 1_000_000:06d}" for key in keys]
    emails = [f"d{key}@customer.example" for key in keys]
    names = [_name(int(key)) for key in keys]
    columns = {"customer": keys, "name": names, "phone": nothing, "email": emails, "member": members}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _name(key: int) -> str:
    family, sign = _FAMILY[key % len(_FAMILY)].rsplit(" ", 1)
    given, signs = _GIVEN[key // len(_FAMILY) % len(_GIVEN)].rsplit(" ", 1)
    return f"{family} {given} {sign}{signs}"
