"""Invented people with Hong Kong names in both scripts.

Nobody is copied from anywhere: names are put together from lists, e-mail addresses end in example.com (RFC 2606) and
telephone numbers begin with 0, which no Hong Kong subscriber number does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SURNAMES = (
    "陳 Chan,黃 Wong,李 Lee,張 Cheung,梁 Leung,林 Lam,王 Wong,劉 Lau,何 Ho,吳 Ng,鄭 Cheng,楊 Yeung,蔡 Choi,郭 Kwok,"
    "馬 Ma,鄧 Tang,曾 Tsang,謝 Tse,許 Hui,馮 Fung,鄺 Kwong,葉 Yip,蘇 So,羅 Law,朱 Chu,胡 Wu,盧 Lo,周 Chow,徐 Tsui,"
    "余 Yu,高 Ko,潘 Poon,麥 Mak,杜 To,彭 Pang,趙 Chiu,袁 Yuen,姚 Yiu,石 Shek,方 Fong"
)
_WOMEN = (
    "嘉 Ka,欣 Yan,詩 Sze,穎 Wing,婷 Ting,怡 Yi,雅 Nga,慧 Wai,敏 Man,美 Mei,詠 Wing,琪 Ki,珊 Shan,芷 Tsz,曉 Hiu,"
    "倩 Sin,儀 Yee,玲 Ling,君 Kwan,晴 Ching,靜 Ching,樂 Lok,心 Sum,悅 Yuet,琳 Lam,瑩 Ying,淑 Shuk,佩 Pui,秀 Sau,麗 Lai"
)
_MEN = (
    "家 Ka,俊 Chun,偉 Wai,明 Ming,健 Kin,志 Chi,傑 Kit,文 Man,浩 Ho,子 Tsz,豪 Ho,銘 Ming,國 Kwok,強 Keung,輝 Fai,"
    "樂 Lok,賢 Yin,朗 Long,華 Wah,榮 Wing,德 Tak,軒 Hin,霖 Lam,恒 Hang,康 Hong,祖 Cho,錦 Kam,耀 Yiu,啟 Kai,正 Ching"
)
_WOMEN_ENGLISH = _words(
    "Karen Carmen Janice Vivian Fiona Winnie Kelly Phoebe Yvonne Joyce Mandy Angel Crystal Cherry Jessica Mavis "
    "Natalie Queenie Rachel Stephanie Tiffany Connie Doris Elaine Grace Hilda Irene Jasmine Macy Priscilla"
)
_MEN_ENGLISH = _words(
    "Alan Andy Anson Benny Calvin Danny Derek Eddie Eric Felix Gary Henry Ivan Jacky Jason Keith Ken Leo Marco "
    "Nelson Patrick Ricky Sam Simon Terence Tommy Victor Vincent Wilson Winston"
)


@dataclass(frozen=True, slots=True)
class People:
    """One entry per person; ``chinese`` is the whole name, ``english`` is empty where there is none."""

    chinese: list[str]
    surname: list[str]
    given: list[str]
    english: list[str]
    email: list[str]
    phone: list[str]
    female: NDArray[np.bool_]
    born: NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.chinese)

    @property
    def western(self) -> list[str]:
        """English given name, else the romanised Chinese one."""
        return [english or given for english, given in zip(self.english, self.given, strict=True)]

    @property
    def latin(self) -> list[str]:
        """Whole names in Latin letters: Chan Ka Yan, Karen."""
        parts = zip(self.surname, self.given, self.english, strict=True)
        return [f"{surname} {given}{', ' + english if english else ''}" for surname, given, english in parts]


def draw_people(*, number: int, female: float, year: int, rng: Generator) -> People:
    """Invent ``number`` people, ``female`` of them women, aged 18 to 75 in ``year``."""
    surnames = _pairs(_SURNAMES)
    women = rng.random(number) < female
    first, second = _two(rng.random((2, number)), len(_pairs(_WOMEN)))
    family = (rng.random(number) ** 1.6 * len(surnames)).astype(np.int64)
    western = rng.integers(0, len(_WOMEN_ENGLISH), number)
    has_western = rng.random(number) < 0.65
    chinese, surname, given, english = [], [], [], []
    for woman, f, a, b, w, has in zip(women, family, first, second, western, has_western, strict=True):
        names = _GIVEN[bool(woman)]
        chinese.append(surnames[f][0] + names[a][0] + names[b][0])
        surname.append(surnames[f][1])
        given.append(f"{names[a][1]} {names[b][1]}")
        english.append((_WOMEN_ENGLISH if woman else _MEN_ENGLISH)[w] if has else "")
    return People(
        chinese=chinese,
        surname=surname,
        given=given,
        english=english,
        email=[
            f"{(e or g).lower().replace(' ', '.')}.{s.lower()}.{i}@example.com"
            for i, (e, g, s) in enumerate(zip(english, given, surname, strict=True), start=1)
        ],
        phone=[f"{i // 10_000:04d} {i % 10_000:04d}" for i in range(1, number + 1)],
        female=women,
        born=_birthdays(number=number, year=year, rng=rng),
    )


def staff_names(*, number: int) -> list[str]:
    """First names for the team, all different."""
    both = [name for pair in zip(_WOMEN_ENGLISH, _MEN_ENGLISH, strict=True) for name in pair]
    return both[:number]


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(chinese, latin) for chinese, latin in (pair.split() for pair in text.split(","))]


_GIVEN = {True: _pairs(_WOMEN), False: _pairs(_MEN)}


def _two(uniform: NDArray[np.float64], size: int) -> NDArray[np.int64]:
    """Two different positions below ``size``."""
    first = (uniform[0] * size).astype(np.int64)
    return np.stack([first, (first + 1 + (uniform[1] * (size - 1)).astype(np.int64)) % size])


def _birthdays(*, number: int, year: int, rng: Generator) -> NDArray[np.datetime64]:
    age = 18 + 57 * rng.beta(1.8, 2.6, number)
    days = (age * 365.25).astype(np.int64)
    return np.asarray(np.datetime64(f"{year}-01-01", "D") - days)
