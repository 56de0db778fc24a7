"""What the web benchmarks need of a business: names in its vault, people signed in, and customers to ask for."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from regulars import api

FAMILIES = "Chan 陳,Wong 黃,Lee 李,Cheung 張,Lau 劉,Leung 梁,Ng 吳,Ho 何,Tsang 曾,Yip 葉,Kwok 郭,Tam 譚,Mak 麥,Lam 林"
FAMILIES += ",Yeung 楊,Chow 周,Tse 謝,Fung 馮,Chiu 趙,Hui 許,Poon 潘,Lo 羅,Tang 鄧,So 蘇,Yuen 袁,Kwan 關,Choi 蔡,Ma 馬"
GIVEN = "Ka 嘉,Yan 欣,Wing 詠,Sum 心,Mei 美,Yee 儀,Chi 志,Ho 豪,Sze 思,Wai 慧,Hoi 凱,Ting 婷,Man 文,Yuk 玉,Ling 玲"
GIVEN += ",Tsz 子,Ching 晴,Hin 軒,Pui 佩,Shan 珊,Kin 健,Fai 輝,Lok 樂,Yi 兒,Suet 雪,Fan 芬,Chun 俊,Kit 傑,Hiu 曉,Lam 嵐"
BLOCK = 20_000


def begin(folder: Path) -> None:
    """Start Django on a business, its tables made."""
    from regulars_web.serve import environment, prepare

    environment(folder, host="127.0.0.1", names=(), https=False)
    prepare()


def name_everybody(folder: Path) -> None:
    """A made-up name, telephone, address and member number in the vault for every customer of the newest study."""
    from regulars_web.privacy import gate

    business = api.open_business(folder)
    runs = sorted(business.runs.glob("study-*/standings.parquet"))
    keys = [str(key) for key in pq.read_table(runs[-1], columns=["customer"])["customer"].to_pylist()]
    if gate.held() >= len(keys):
        return
    began = time.perf_counter()
    for first in range(0, len(keys), BLOCK):
        gate.admit(None, made_up(keys[first : first + BLOCK], first), source="benchmark")
    seconds = time.perf_counter() - began
    print(f"{len(keys):,} customers named in {seconds:.0f} s: {len(keys) / seconds:,.0f} a second")


def made_up(keys: list[str], first: int) -> pa.Table:
    """Names as common as in Hong Kong: 28 family names, 900 given names of two syllables."""
    chance = random.Random(first)
    families = [pair.split() for pair in FAMILIES.split(",")]
    given = [pair.split() for pair in GIVEN.split(",")]
    rows = []
    for n, key in enumerate(keys, first):
        family, one, two = chance.choice(families), chance.choice(given), chance.choice(given)
        name = f"{family[0]} {one[0]} {two[0]} {family[1]}{one[1]}{two[1]}"
        rows.append((key, name, f"9{chance.randrange(10**7):07d}", f"c{n}@customer.example", f"M{n:07d}"))
    columns = zip(("customer", "name", "phone", "email", "member"), zip(*rows, strict=True), strict=True)
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns})


def sessions(n: int) -> list[str]:
    """The session keys of ``n`` directors: everybody has an hour's bound of names of their own."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from regulars_web.company.models import Role, User

    made = []
    for place in range(n):
        email = f"load{place}@example.com"
        user = User.objects.filter(email=email).first()
        user = user or User.objects.create_user(email, None, name=f"Load {place}", role=Role.DIRECTOR)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        made.append(str(session.session_key))
    return made


def some_people(folder: Path, n: int = 200) -> list[str]:
    """Customers' keys from all over the list, for their pages."""
    reader = api.people_of(api.open_business(folder))
    page = reader.page(sort="customer", size=min(n, 500), columns=("branch",))
    return [row.key for row in page.rows]
