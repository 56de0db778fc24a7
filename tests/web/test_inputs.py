"""Chapters' human inputs: forms walked out of the models, written through the front door, signed and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.datastructures import MultiValueDict

from regulars import api
from regulars.base.inputs import FILES, read_inputs
from regulars.base.inputs.files import parse_input
from regulars.base.inputs.write import document
from regulars_web.company.models import Role
from regulars_web.shared.back import page_at
from regulars_web.shared.models import Entry
from regulars_web.strategy import inputs_form as forms

pytestmark = pytest.mark.django_db
HOSTILE = '"""\n[stated]\nby = "me"\\ \t\'\'\' # ] } <b>&amp;\x7f 熟客\n\n'


class Form(HTMLParser):
    """What a browser would send of the form on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: MultiValueDict[str, str] = MultiValueDict()
        self.area = self.select = self.written = ""
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.inside = told.get("action", "").endswith("/save")
        if not self.inside:
            return
        if tag == "input" and (told.get("type") != "checkbox" or "checked" in told):
            self.sent.appendlist(told["name"], told.get("value", ""))
        elif tag == "textarea":
            self.area, self.written = told["name"], ""
        elif tag == "select":
            self.select, self.sent[told["name"]] = told["name"], ""
        elif tag == "option" and "selected" in told:
            self.sent[self.select] = told["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.sent[self.area] = self.written.removeprefix("\n").replace("\n", "\r\n")  # as browsers do
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.written += data


def sent(client: Client, name: str) -> dict[str, Any]:
    return dict(Form(client.get(f"/strategy/inputs/{name}").content.decode()).sent.lists())


@pytest.mark.parametrize("name", list(FILES))
def test_every_file_goes_through_its_form_and_back_unchanged(
    name: str, folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST)
    starter = api.stated_file(api.open_business(folder), name).found
    assert starter is not None
    answer = client.post(f"/strategy/inputs/{name}/save", sent(client, name) | {"do": "save"})
    assert answer.status_code == 302, answer.content.decode()
    assert read_inputs(folder).files[name] == starter
    again = parse_input(document(forms.content(starter)).encode(), kind=FILES[name], file=name)
    assert again == starter
    assert Entry.objects.get(action="input.written").about == name


def test_a_label_in_a_sentence_is_made_safe_once(folder: Path, signed_in: Callable[..., Client]) -> None:
    page = signed_in(Role.STRATEGIST).get("/strategy/inputs/communication").content.decode()
    assert "Add to: Suppliers&#x27; plan" in page


def test_hostile_words_survive_exactly(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.STRATEGIST)
    asked = sent(client, "market") | {
        "do": "sign",
        "traits.0.text.en": HOSTILE,
        "traits.0.text.zh-Hant": "\n" + HOSTILE,
    }
    assert client.post("/strategy/inputs/market/save", asked).status_code == 302
    found = read_inputs(folder).files["market"]
    assert found.traits[0].text == {"en": HOSTILE, "zh-Hant": "\n" + HOSTILE}  # type: ignore[attr-defined]
    assert found.stated is not None and found.stated.by.startswith("Strategist <")
    before = (folder / "strategy/market.toml").read_bytes()
    assert client.post("/strategy/inputs/market/save", sent(client, "market") | {"do": "save"}).status_code == 302
    assert (folder / "strategy/market.toml").read_bytes() == before, "what the page shows is what it was given"
    assert len(list((folder / "strategy/.kept").iterdir())) == 1, "nothing changed, nothing to keep"


@pytest.mark.parametrize(("language", "said"), [("en", "it must be a number."), ("zh-Hant", "必須是數字。")])
def test_what_is_wrong_is_told_beside_its_field(
    language: str, said: str, folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST, language=language)
    wrong = {"audits.0.every_months": "soon", "audits.1.every_months": "99", "audits.0.owner.en": "...", "do": "save"}
    answer = client.post("/strategy/inputs/service/save", sent(client, "service") | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422 and not (folder / "strategy").exists()
    for name in ("audits.0.every_months", "audits.1.every_months", "audits.0.owner.en"):
        assert f'id="w-{name}"' in page, name
    assert page.split('id="w-audits.0.every_months">')[1].startswith(said)
    assert 'value="soon"' in page, "what was typed is still there"
    for bad in ("nan", "inf", "1e999", "٣"):
        asked = forms.read(FILES["systems"], MultiValueDict({"devices.0.years": [bad]}))
        assert bad == "٣" or any(fault.place == ("devices", 0, "years") for fault in asked.faults), bad


def test_another_language_leads_from_a_page_a_form_made_to_one_that_opens(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST)
    wrong = {"audits.0.every_months": "soon", "do": "save"}
    page = client.post("/strategy/inputs/service/save", sent(client, "service") | wrong).content.decode()
    (form,) = set(re.findall(r'name="next" value="([^"]+)"', page))
    answer = client.post("/house/language", {"language": "zh-Hant", "next": form}, follow=True)
    assert answer.status_code == 200 and answer.redirect_chain == [("/strategy/inputs/service", 302)]
    assert 'lang="zh-Hant-HK"' in answer.content.decode()
    for asked, shown in (
        ("/people/?where=visits+%3E+1", "/people/?where=visits+%3E+1"),  # a page stays as it is
        ("/house/people/3/link", "/house/people/3"),
        ("/house/people/new", "/house/people/new"),  # asked for and sent at one address
        ("/people/duplicates/look", "/people/duplicates/"),
        ("/house/language", "/"),
        ("/nowhere/at/all", "/nowhere/at/all"),
    ):
        assert page_at(asked) == shown


@pytest.mark.parametrize(
    ("language", "said"), [("en", "There is no page here to open"), ("zh-Hant", "此處沒有可開啟的頁面")]
)
def test_an_address_that_only_takes_forms_says_so(
    language: str, said: str, folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.STRATEGIST, language=language)
    answer = client.get("/strategy/inputs/market/save")
    page = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert f"<h1>{said}</h1>" in page and 'class="button" href="/strategy/inputs/market"' in page
    assert client.head("/strategy/inputs/market/save").status_code == 405
    answer = client.post("/strategy/inputs/market")
    assert answer.status_code == 405 and said in answer.content.decode()


def test_entries_are_added_and_taken_out_without_saving(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.STRATEGIST)
    asked = sent(client, "workflows")
    page = client.post("/strategy/inputs/workflows/save", asked | {"do": "add:workflows.0.steps"}).content.decode()
    more = dict(Form(page).sent.lists())
    assert len(more) > len(asked) and not (folder / "strategy").exists()
    last = max(int(key.split(".")[3]) for key in more if key.startswith("workflows.0.steps."))
    gone = client.post("/strategy/inputs/workflows/save", more | {"do": f"remove:workflows.0.steps.{last}"})
    token = ("csrfmiddlewaretoken",)
    back = dict(Form(gone.content.decode()).sent.lists())
    assert {k: v for k, v in back.items() if k not in token} == {k: v for k, v in asked.items() if k not in token}
    timers = client.post("/strategy/inputs/workflows/save", asked | {"do": "add:timers"}).content.decode()
    assert timers.count('name="timers.') > 0
    for hostile in ("add:nothing", "add:workflows.0.purpose", "remove:workflows.999", "add:workflows.x.steps", "add:"):
        assert client.post("/strategy/inputs/workflows/save", asked | {"do": hostile}).status_code == 404, hostile
    assert client.get("/strategy/inputs/nothing").status_code == 404


def test_a_second_editor_is_told_and_nothing_is_lost(folder: Path, signed_in: Callable[..., Client]) -> None:
    first, second = signed_in(Role.DIRECTOR), signed_in(Role.STRATEGIST)
    mine = sent(second, "relationships") | {"rules.0.who.en": "what the second wrote", "do": "save"}
    theirs = sent(first, "relationships") | {"rules.0.who.en": "what the first wrote", "do": "sign"}
    first.post("/strategy/inputs/relationships/save", theirs)
    stood = (folder / "strategy/relationships.toml").read_bytes()
    refused = second.post("/strategy/inputs/relationships/save", mine)
    page = refused.content.decode()
    assert refused.status_code == 409 and (folder / "strategy/relationships.toml").read_bytes() == stood
    assert page.count("what the second wrote") == 3, "as text, in the form, and over its entry"
    assert page.count("what the first wrote") == 1
    again = dict(Form(page).sent.lists()) | {"do": "save"}
    assert second.post("/strategy/inputs/relationships/save", again).status_code == 302
    assert stood in [path.read_bytes() for path in (folder / "strategy/.kept").iterdir()]


def test_undo_restores_the_bytes_and_a_changed_text_is_no_longer_signed(
    folder: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(Role.DIRECTOR)
    path = folder / "strategy/market.toml"
    path.parent.mkdir()
    original = b'# ours\r\n\n[stated]\nby = "Lily"\non = 2026-10-31 # signed\n\n[[factors]]\nkind = "law"\n' + (
        'text = { en = "a" }\nwatch = { zh-Hant = "乙" }\n'.encode()
    )
    path.write_bytes(original)
    asked = sent(client, "market")
    changed = client.post("/strategy/inputs/market/save", asked | {"factors.0.text.en": "b", "do": "save"}, follow=True)
    assert "was taken off" in changed.content.decode() and path.read_bytes().startswith(b"# ours\n")
    assert read_inputs(folder).files["market"].stated is None
    written = path.read_bytes()
    client.post("/strategy/inputs/market/undo", {"token": asked["token"][0]})
    assert path.read_bytes() == written, "a stale page takes nothing back"
    client.post("/strategy/inputs/market/undo", {"token": sent(client, "market")["token"][0]})
    assert path.read_bytes() == original
    assert written in [kept.read_bytes() for kept in (folder / "strategy/.kept").iterdir()]
    signed = read_inputs(folder).files["market"].stated
    assert signed is not None and (signed.by, signed.on) == ("Lily", date(2026, 10, 31))
    assert Entry.objects.filter(action="input.undone").count() == 1


def test_undoing_the_first_writing_leaves_no_file(folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.DIRECTOR)
    client.post("/strategy/inputs/systems/save", sent(client, "systems") | {"do": "sign"})
    assert (folder / "strategy/systems.toml").is_file()
    client.post("/strategy/inputs/systems/undo", {"token": sent(client, "systems")["token"][0]})
    assert not (folder / "strategy/systems.toml").exists()


@pytest.mark.parametrize("role", list(Role))
def test_who_may_see_and_who_may_write(role: Role, folder: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in(role)
    sees, writes = role is not Role.STAFF, role in (Role.DIRECTOR, Role.STRATEGIST)
    for page in ("/strategy/inputs", "/strategy/inputs/market"):
        assert client.get(page).status_code == (200 if sees else 403)
    answer = client.post("/strategy/inputs/market/save", {"token": "none", "do": "save"})
    assert answer.status_code == (302 if writes else 403)
    assert client.post("/strategy/inputs/market/undo", {"token": "x"}).status_code == (302 if writes else 403)


def test_the_list_tells_how_every_file_stands(
    folder: Path, signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    (folder / "strategy").mkdir()
    (folder / "strategy/market.toml").write_text('[stated]\nby = "Lily"\non = 2026-10-31\n', encoding="utf-8")
    (folder / "strategy/service.toml").write_text("", encoding="utf-8")
    (folder / "strategy/systems.toml").write_text("devices = 3", encoding="utf-8")
    client = signed_in(Role.ANALYST)
    with django_assert_max_num_queries(6):
        page = client.get("/strategy/inputs").content.decode()
    assert "Stated by Lily" in page and "Starter, unconfirmed" in page and "Cannot be read" in page
    assert "devices = 3" in client.get("/strategy/inputs/systems").content.decode()
