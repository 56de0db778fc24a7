"""Ways through the pages in a real browser: a newcomer's from the first start to a document, and a week's work.

Every page on the way is looked at by axe for what keeps people out; and so is every other page that can be opened.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from regulars import api
from regulars_web.company.models import Role, User
from regulars_web.desk.demo import name_everybody
from regulars_web.intake.models import Batch
from regulars_web.rest.models import Endpoint
from regulars_web.shared.models import Job
from regulars_web.shared.secret import secret
from support.exports import SQUARE_ITEMS_35, cells, write
from support.missing import missing
from support.web import exports, patterns

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PHONE = (
    *("/study/all", "/study/queries", "/methods/", "/methods/wastage", "/house/log", "/house/me", "/account/2fa/"),
    *("/", "/study/movement", "/study/wastage", "/strategy/decision", "/strategy/plan", "/imports/", "/house/people"),
    *("/strategy/lines", "/strategy/review", "/strategy/approval"),
    *("/strategy/carry", "/contacts/"),
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        missing("there is no Chromium for the pages in a real browser (Debian: chromium)")
    # The synchronous driver keeps an event loop in this thread; Django would take its own calls for asynchronous ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """A fresh window; what it asks of other origins, and what its console complains of, fails the test."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(120_000)  # work is done within the request here
    expect.set_options(timeout=60_000)
    shown = context.new_page()
    wrong: list[str] = []
    shown.on("console", lambda m: wrong.append(f"{m.text} {m.location}") if m.type == "error" else None)
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.on("request", lambda r: None if r.url.startswith((live_server.url, "data:")) else wrong.append(r.url))
    yield shown
    context.close()
    assert wrong == []


def accessible(page: Page) -> None:
    """No serious or critical finding of axe."""
    found = Axe().run(page).response["violations"]
    grave = [
        (f["id"], [n["html"][:120] for n in f["nodes"][:3]]) for f in found if f["impact"] in ("serious", "critical")
    ]
    assert grave == [], page.url


@pytest.fixture
def enter(page: Page, live_server: Any, person: Callable[..., User]) -> Callable[[Role], None]:
    """Somebody of a role takes their place at the window, signed in."""

    def come(role: Role) -> None:
        client = Client()
        client.force_login(person(role))
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page.goto("/")

    return come


def begin_business(page: Page) -> None:
    """The first visit: what the business is, and the owner's account."""
    page.goto("/")
    expect(page).to_have_url(re.compile("/house/welcome$"))
    accessible(page)
    page.get_by_label("Name of the business").fill("Harbour Hair")
    page.get_by_label("Trade", exact=True).select_option("hair")
    page.get_by_label("Your name").fill("陳美儀")
    page.get_by_label("E-mail").fill("may@example.com")
    page.get_by_label("Password").fill("correct-horse-42")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Bring in your customers")).to_be_visible()


def bring_in(page: Page, files: list[Path]) -> None:
    """Own files with a day that does not exist among them, and their bad row taken away."""
    page.get_by_role("link", name="Bring in files").click()
    accessible(page)
    page.get_by_label("Files").set_input_files([str(f) for f in files])
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the files are taken for")
    accessible(page)
    page.get_by_role("button", name="Read them into the ledger").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The files were read", timeout=60_000)
    expect(page.get_by_text("1 set aside")).to_be_visible()
    accessible(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the row set aside").click()
    assert "31/31/2026" in taken.value.path().read_text(encoding="utf-8")


def judge_and_ask_another(page: Page) -> str:
    """Put right what stands against the plan, judge it, and add a second director; their link."""
    page.get_by_role("link", name="Approval").first.click()
    if (out := page.get_by_role("button", name="Rule it out")).count():
        out.first.click()
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Formulate again").click()
        page.wait_for_url("**/strategy/decision", timeout=120_000)
        page.get_by_role("link", name="Approval").first.click()
    for _ in range(2):
        page.locator("summary", has_text="Reject this").first.click()
        page.locator("details[open]").get_by_label("Why not this").fill("It brings less for the same money.")
        page.locator("details[open] button").click()
    page.get_by_label("Because").fill("It looks after those who are late first.")
    page.get_by_role("button", name="Say so").click()
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    accessible(page)
    page.get_by_role("link", name="Add a director").click()
    page.get_by_label("Name").fill("Wong Tai")
    page.get_by_label("E-mail").fill("wong@example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("another browser or a private window")).to_be_visible()
    return page.locator(".code").inner_text()


def approve(page: Page, link: str) -> None:
    """The second person, in a browser of their own: a password behind the link, and the decision."""
    page.goto(link)
    page.get_by_label("Password").fill("other-horse-43")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("E-mail").fill("wong@example.com")
    page.get_by_label("Password").fill("other-horse-43")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("main").get_by_role("link", name="Approval").click()
    page.get_by_label("Why it is approved").fill("The ranges are honest, the budget is kept.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("Strategy 1 is in force")
    page.get_by_role("link", name="Read it and take its document").click()


def test_from_the_first_start_to_an_approved_strategy(
    page: Page, browser: Browser, live_server: Any, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "till").mkdir()
    made = exports(tmp_path / "till", customers=160)
    sales = next(f for f in made.files if "item" in f.name)
    rows = sales.read_text(encoding="utf-8").splitlines()
    sales.write_text("\n".join([*rows, rows[-1].replace(rows[-1].split(",")[0], "31/31/2026", 1)]), encoding="utf-8")
    shutil.rmtree(folder)
    folder.mkdir()
    secret(folder / "web-secret", founding=True)  # as `regulars serve` does on an empty folder

    begin_business(page)
    accessible(page)
    bring_in(page, list(made.files))
    page.get_by_role("button", name="Study").click()
    page.wait_for_url("**/study/overview", timeout=120_000)
    accessible(page)
    page.goto("/")
    page.get_by_role("button", name="Formulate").click()
    page.wait_for_url("**/strategy/decision", timeout=120_000)
    accessible(page)
    link = judge_and_ask_another(page)
    other = browser.new_context(base_url=live_server.url, locale="en-GB")
    approve(other.new_page(), link)
    other.close()
    page.get_by_role("link", name="Strategy", exact=True).first.click()
    page.locator("summary", has_text="Document").click()
    with page.expect_download(timeout=120_000) as document:
        page.get_by_role("link", name="PDF, English").click()
    read = subprocess.run(["pdftotext", str(document.value.path()), "-"], capture_output=True, check=True).stdout
    assert "Harbour Hair" in read.decode() and "Customer relations strategy" in read.decode()

    page.get_by_role("button", name="繁體中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant-HK")
    expect(page.get_by_role("link", name="今日")).to_be_visible()

    page.set_viewport_size({"width": 390, "height": 844})
    accessible(page)
    for address in PHONE:
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, (address, wide)
    page.locator("summary", has_text="選單").click()
    page.get_by_role("button", name="登出").click()
    page.wait_for_load_state()
    page.goto("/study/movement")
    expect(page).to_have_url(re.compile("/account/login"))
    accessible(page)


#: A file let fall on the field, as a hand would do it.
DROP = """([name, text]) => { const held = new DataTransfer();
  held.items.add(new File([text], name, {type: "text/csv"}));
  document.querySelector(".drop").dispatchEvent(new DragEvent("drop", {dataTransfer: held, bubbles: true})); }"""


def square(tmp_path: Path) -> str:
    """An items file of Square's with a day that does not exist and an amount in words."""
    item = {"Time": "14:05:11", "Item": "Cut", "Qty": "1.0", "Event_Type": "Payment", "Location": "Mong Kok"}
    rows = []
    for at in range(12):
        row = {"Date": f"2026-07-{at + 1:02d}", "Net_Sales": "$432.00", "Transaction_ID": f"TX{at}"}
        row |= {"Customer_ID": f"SQ{at % 4}", "Customer_Name": f"Invented Person {at % 4}"}
        row |= {"Date": "2026-13-40"} if at == 3 else {"Net_Sales": "many"} if at == 7 else {}
        rows.append(cells(SQUARE_ITEMS_35, **(item | row)))
    return write(tmp_path / "items.csv", SQUARE_ITEMS_35, rows).read_text(encoding="utf-8")


def test_a_square_file_with_errors_from_the_drop_to_its_undoing(page: Page, folder: Path, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_label("Name").fill("陳美儀")
    page.get_by_label("E-mail").fill("may@example.com")
    page.get_by_label("Password").fill("correct-horse-42")
    page.get_by_role("button", name="Make the account").click()
    page.goto("/imports/new")
    page.evaluate(DROP, ["items.csv", square(tmp_path)])
    expect(page.locator("#chosen li")).to_have_count(1)
    page.get_by_role("button", name="Look at them").click()
    expect(page.get_by_text("Recognised as Square items detail")).to_be_visible()
    accessible(page)

    page.get_by_role("link", name="Correct how it is read").click()
    rows = page.get_by_role("region", name="The first rows as they would be stored")
    expect(rows.get_by_text("432.00").first).to_be_visible()
    accessible(page)
    page.get_by_label("Sign of a sale").select_option("reversed")
    expect(rows.get_by_text("-432.00").first).to_be_visible()
    page.get_by_label("Sign of a sale").select_option("as")
    expect(rows.get_by_text("-432.00")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Read as corrected here")).to_be_visible()

    page.get_by_role("button", name="Read them into the ledger").click()
    expect(page.get_by_text("12 rows read: 10 new, 0 changed, 0 known already, 2 set aside")).to_be_visible()
    expect(page.get_by_text("Write the day as 2026-03-31")).to_be_visible()
    accessible(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the 2 rows set aside").click()
    assert "2026-13-40" in taken.value.path().read_text(encoding="utf-8")
    page.go_back()
    page.goto("/imports/")
    page.get_by_role("link", name="Take back").click()
    expect(page.get_by_text("10 rows leave the ledger")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back: 10 rows left the ledger")).to_be_visible()
    assert sum(held.rows for held in api.check_business(api.open_business(folder)).holdings) == 0


def test_keyboard_alone_leads_to_the_content(page: Page, folder: Path) -> None:
    page.goto("/house/welcome")
    expect(page.locator(":focus")).to_have_attribute("name", "name")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(":focus")).to_have_text("To the content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("name", "name")


def test_a_stroke_leads_to_the_search_from_every_page_but_not_while_typing(
    page: Page, live_server: Any, folder: Path, signed_in: Callable[..., Client]
) -> None:
    cookie = signed_in().cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto("/house/me")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox", name="Find a customer")
    expect(box).to_be_focused()
    page.keyboard.type("1/2")
    expect(box).to_have_value("1/2")
    page.keyboard.press("Escape")
    expect(box).not_to_be_focused()
    page.goto("/house/people/new")
    name = page.locator("#id_name")
    name.fill("May")
    page.keyboard.press("/")
    expect(name).to_have_value("May/")
    page.keyboard.press("Control+/")
    expect(box).not_to_be_focused()
    box.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Search")).to_be_focused()
    box.fill("chan")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/people/search\?q=chan$"))
    page.get_by_label("The key “/” leads here from every page").uncheck()
    page.goto("/house/me")
    page.keyboard.press("/")
    expect(box).not_to_be_focused()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(box).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)


def test_a_customer_is_found_and_opened(page: Page, studied: Path, enter: Callable[[Role], None]) -> None:
    name_everybody()
    enter(Role.STAFF)
    page.get_by_role("link", name="Find a customer").click()
    page.get_by_role("searchbox").press_sequentially("chan", delay=20)
    first = page.locator("#found a").first
    expect(first).to_contain_text("陳")
    accessible(page)
    name = first.locator("strong").inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("img", name=re.compile("visits? on a line of time"))).to_be_visible()
    accessible(page)


def drag(page: Page, to: float) -> int:
    """Drag the budget to a part of its way, and wait for the plan at it; what it then says."""
    slider = page.locator("input[name=budget][type=range]")
    place = slider.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 8, place["y"] + place["height"] / 2)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * to, place["y"] + place["height"] / 2, steps=4)
    page.mouse.up()
    asked = int(slider.input_value())
    expect(page.locator("#tried input[name=budget]")).to_have_value(str(asked))
    return asked


def test_a_plan_is_tried_and_locked(page: Page, studied: Path, enter: Callable[[Role], None]) -> None:
    enter(Role.STRATEGIST)
    page.get_by_role("link", name="Studio").click()
    little, much = drag(page, 0.2), drag(page, 0.7)
    assert 0 < little < much
    expect(page.locator("#tried")).to_contain_text("over 36 months")
    accessible(page)

    page.locator("select[name=what]").select_option(index=0)
    page.locator("select[name=how]").select_option("never")
    page.get_by_role("button", name="See the price first").click()
    expect(page.locator("#priced .callout")).to_contain_text(re.compile("HK\\$|costs nothing"))
    accessible(page)
    page.locator("#priced").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    assert [c.kind for c in api.open_business(studied).settings.clauses] == ["must_not"]


#: What stands in the places of an address; a page that needs something else says so here.
PLACES = {
    "work/<int:id>": "work/{job}",
    "imports/<int:id>": "imports/{batch}",
    "people/segments/<int:id>": "people/segments/{segment}",
    "house/people/<int:id>": "house/people/{person}",
    "house/messages/<int:id>": "house/messages/{endpoint}",
    "<int:id>": "0",
    "<int:number>": "0",
    "<str:key>": "{customer}",
    "<str:import_id>": "{import}",
    "study/<str:id>": "study/wastage",
    "study/queries/<str:name>": "study/queries/lost",
    "strategy/<str:id>": "strategy/plan",
    "strategy/inputs/<str:name>": "strategy/inputs/market",
    "methods/<str:id>": "methods/wastage",
}
#: Answered with no page of ours: files, and what is open to nobody.
NO_PAGES = re.compile(
    r"^/(\^?api/v1/(?!docs)|house/(export|entry)/|imports/.*/bad-rows/|people/take-away/|strategy/document/)|\(\?P<"
)


def addresses(told: dict[str, Any]) -> list[str]:
    """Every address that could be a page."""
    found = []
    for route, _ in patterns():
        if not NO_PAGES.search(route):
            for place, value in sorted(PLACES.items(), key=lambda pair: -len(pair[0])):
                route = route.replace(place, value)
            found.append(route.format(**told))
    return found


def test_every_page_keeps_nobody_out(page: Page, studied: Path, enter: Callable[[Role], None], tmp_path: Path) -> None:
    enter(Role.DIRECTOR)
    director = Client()
    director.force_login(User.objects.get())
    director.post("/imports/new", {"files": [SimpleUploadedFile("items.csv", square(tmp_path).encode())]})
    kept = director.post("/people/segments/new", {"name": "Late", "where": "state = overdue"})["Location"]
    director.post("/house/messages/new", {"url": "https://example.com/x", "events": ["study.done"]})
    director.post("/people/duplicates/look")
    business = api.open_business(studied)
    told = {
        "customer": api.people_of(business).page(size=1).rows[0].key,
        "import": api.check_business(business).imports[0].import_id,
        "segment": kept.rsplit("/", 1)[1],
        "job": Job.objects.latest("pk").pk,
        "batch": Batch.objects.latest("pk").pk,
        "person": User.objects.latest("pk").pk,
        "endpoint": Endpoint.objects.latest("pk").pk,
    }
    seen = 0
    for address in addresses(told):
        answer = director.get(address)
        assert answer.status_code != 404 or "/account/" in address, f"say what stands in the places of {address}"
        if answer.status_code == 200 and not answer.streaming and answer.content.startswith(b"<!doctype html>"):
            page.goto(address)
            accessible(page)
            seen += 1
    assert seen > 40
