"""The audit log: a chain that shows when somebody has touched it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import regulars_web
from regulars.base.words import word_list
from regulars_web.company.models import Role, User
from regulars_web.people.exporting import NAMED_FOR
from regulars_web.shared import lock
from regulars_web.shared.audit import check_all, check_on, first_breach, note
from regulars_web.shared.models import Entry, content_of

pytestmark = pytest.mark.django_db


def test_lines_are_chained_and_whole(person: Callable[..., User]) -> None:
    somebody = person()
    for number in range(5):
        note(somebody, "something.done", about=f"thing {number}", count=number, names=["a", "b"])
    note(None, "program.did")
    assert first_breach() is None
    assert Entry.objects.count() == 6 and Entry.objects.last().who is None  # type: ignore[union-attr]


def test_a_line_is_never_changed_or_taken_out_by_the_program(person: Callable[..., User]) -> None:
    entry = note(person(), "something.done")
    entry.about = "something else"
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.parametrize(
    "touch", ["UPDATE shared_entry SET about = 'x' WHERE id = %s", "DELETE FROM shared_entry WHERE id = %s"]
)
def test_a_line_touched_in_the_database_shows(touch: str, person: Callable[..., User]) -> None:
    lines = [note(person(), "something.done", about=str(number)) for number in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(touch, [lines[1].pk])
    assert first_breach() == lines[1 if touch.startswith("UPDATE") else 2].pk


def test_only_what_is_new_is_gone_over_and_a_cut_end_shows(person: Callable[..., User]) -> None:
    somebody = person()
    lines = [note(somebody, "something.done", about=str(number)) for number in range(4)]
    assert (check_on().line, check_on().breach) == (lines[-1].pk, None)
    with CaptureQueriesContext(connection) as asked:
        check_on()
    assert len(asked) <= 8  # however long the log is
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shared_entry WHERE id = %s", [lines[-1].pk])
    assert check_on().breach == lines[-1].pk, "the line looked at last is gone"
    assert check_all().breach == lines[-1].pk and check_on().breach is not None


def test_an_old_line_touched_shows_when_all_are_gone_over(person: Callable[..., User]) -> None:
    lines = [note(person(), "something.done", about=str(number)) for number in range(3)]
    check_on()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shared_entry SET about = 'x' WHERE id = %s", [lines[0].pk])
    assert check_on().breach is None
    assert check_all().breach == lines[0].pk and check_on().breach == lines[0].pk


def as_before(entry: Entry, *, before: str) -> str:
    """Turn a line into one as lines were before digests were keyed; its digest. What anybody could compute."""
    content = content_of(before, entry.at, entry.who_id, entry.action, entry.about, entry.detail)
    digest = hashlib.sha256(content).hexdigest()
    Entry.objects.filter(pk=entry.pk).update(before=before, digest=digest, keyed=False)
    return digest


def test_a_chain_made_anew_without_the_key_shows(folder: Path, person: Callable[..., User]) -> None:
    lines = [note(person(), "something.done", about=str(number)) for number in range(4)]
    digest = ""
    for entry in Entry.objects.order_by("id"):
        digest = as_before(entry, before=digest)
    assert first_breach() == lines[-1].pk, "a whole chain of plain hashes ends without a keyed line"
    Entry.objects.filter(pk=lines[1].pk).update(keyed=True)
    assert first_breach() == lines[1].pk, "a plain hash is no keyed digest"


def test_a_plain_line_after_a_keyed_one_shows(folder: Path, person: Callable[..., User]) -> None:
    first, second = (note(person(), "something.done", about=str(number)) for number in range(2))
    as_before(second, before=first.digest)
    assert first_breach() == second.pk == check_on().breach


def test_with_another_key_the_chain_does_not_hold(folder: Path, person: Callable[..., User]) -> None:
    line = note(person(), "something.done")
    assert first_breach() is None
    (folder / lock.FILE).write_text("11" * 32, encoding="ascii")
    lock._key.cache_clear()
    assert first_breach() == line.pk
    lock._key.cache_clear()


def test_lines_are_found_by_who_what_and_when_and_taken_away(folder: Path, signed_in: Callable[..., Client]) -> None:
    client, other = signed_in(), signed_in(Role.ANALYST)
    other.post("/house/language", {"language": "en"})
    note(None, "program.did", about="=cmd()")
    ids = {user.role: user.pk for user in User.objects.all()}
    page = client.get(f"/house/log?who={ids['analyst']}&action=person.own&from=2020-01-01").content.decode()
    assert page.count("<div>changed their own settings</div>") == 1 and "program.did</div>" not in page
    for strange in ("who=x", "from=yesterday", "to=9999-12-31", "page=999999", "who=99999999999999999999"):
        assert client.get(f"/house/log?{strange}").status_code == 200, strange
    assert "No line is like that" in client.get("/house/log?q=%25%27%22").content.decode()
    file = b"".join(client.get("/house/log.csv?action=program.did")).decode()
    assert file.count("\n") == 2 and "'=cmd()" in file
    assert Entry.objects.filter(action="audit.taken", about="action=program.did").count() == 1
    client.post("/house/log/check")
    assert "All lines were last gone over on" in client.get("/house/log").content.decode()


def test_what_is_put_down_is_told_in_words(
    folder: Path, person: Callable[..., User], signed_in: Callable[..., Client]
) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(regulars_web.__file__).parent.rglob("*.py"))
    actions = set(re.findall(r'\bnote\(\s*[\w.]+,\s*"([a-z_]+\.[a-z_]+)"', code))
    actions |= {f"job.{state}" for state in ("done", "failed", "cancelled")}
    assert len(actions) > 50
    assert [a for a in sorted(actions) if f"web.did.{a.replace('.', '_')}" not in word_list("en")] == []
    note(person(), "token.made", about="the till")
    note(None, "program.did")  # known to no word list
    page = signed_in(language="zh-Hant").get("/house/log").content.decode()
    assert "建立權杖" in page and "program.did" in page and "token.made</div>" not in page


def test_what_a_line_is_about_is_told_in_words(folder: Path, signed_in: Callable[..., Client]) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(regulars_web.__file__).parent.rglob("*.py"))
    purposes = set(re.findall(r'purpose="([a-z ]+)"', code)) | {"search", *(f"list {p}" for p in NAMED_FOR)}
    assert len(purposes) > 7
    assert [p for p in purposes if f"web.about.to_{p.replace(' ', '_')}" not in word_list("en")] == []
    for action, told in (
        ("job.done", "export 4"),
        ("identities.read", "day list"),
        ("identities.erased", "2299952914994050664"),
        ("settings.changed", "budget+hours"),
        ("settings.undone", "clauses.lock-sms"),
        ("settings.changed", "objectives.gone"),
        ("customers.merged", "1111111111111111111 2222222222222222222"),
        ("export.made", "1"),
        ("token.made", "3 <b>收銀機</b>"),
    ):
        note(None, action, about=told)
    page = signed_in(language="zh-Hant").get("/house/log").content.decode()
    cells = re.findall(r'data-label="關於"><div>(.*?)</div>', page)
    assert cells[::-1][:9] == [
        *("打包全部資料（第4項）", "今日名單", '<a href="/people/2299952914994050664">#050664</a>', "預算及員工工時"),
        *("已取消的計劃限制", "目標「gone」", "#111111及#222222", "第1項", "3 &lt;b&gt;收銀機&lt;/b&gt;"),
    ]
    assert "#050664" in signed_in().get("/house/log?q=2299952914994050664").content.decode()
