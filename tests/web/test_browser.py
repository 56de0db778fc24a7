"""A newcomer's way in a real browser: first start, files with errors, study, formulate, document, language, phone.

Every page on the way is looked at by axe for what keeps people out.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from regulars import api
from support.exports import SQUARE_ITEMS_35, cells, write
from support.missing import missing
from support.web import exports

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PHONE = (
    *("/study/all", "/study/queries", "/methods/", "/methods/wastage", "/house/log", "/house/me", "/account/2fa/"),
    *("/", "/study/movement", "/study/wastage", "/strategy/decision", "/strategy/plan", "/imports/", "/house/people"),
    *("/strategy/lines", "/strategy/review", "/strategy/approval"),
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
    shown = context.new_page()
    wrong: list[str] = []
    shown.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
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


def test_from_the_first_start_to_a_document(page: Page, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "till").mkdir()
    made = exports(tmp_path / "till", customers=160)
    sales = next(f for f in made.files if "item" in f.name)
    rows = sales.read_text(encoding="utf-8").splitlines()
    sales.write_text("\n".join([*rows, rows[-1].replace(rows[-1].split(",")[0], "31/31/2026", 1)]), encoding="utf-8")

    page.goto("/")
    expect(page).to_have_url(re.compile("/house/welcome$"))
    accessible(page)
    page.get_by_label("Name").fill("陳美儀")
    page.get_by_label("E-mail").fill("may@example.com")
    page.get_by_label("Password").fill("correct-horse-42")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Bring in your customers")).to_be_visible()
    accessible(page)

    page.get_by_role("link", name="Bring in files").click()
    accessible(page)
    page.get_by_label("Files").set_input_files([str(f) for f in made.files])
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

    page.get_by_role("button", name="Study").click()
    page.wait_for_url("**/study/overview", timeout=120_000)
    accessible(page)
    page.goto("/")
    page.get_by_role("button", name="Formulate").click()
    page.wait_for_url("**/strategy/decision", timeout=120_000)
    accessible(page)
    page.locator("summary", has_text="Document").click()
    with page.expect_download(timeout=120_000) as document:
        page.get_by_role("link", name="PDF, 繁體中文").click()
    assert document.value.path().read_bytes().startswith(b"%PDF")

    page.get_by_role("button", name="繁體中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant-HK")
    expect(page.get_by_role("link", name="今日")).to_be_visible()

    page.set_viewport_size({"width": 390, "height": 844})
    for address in PHONE:
        page.goto(address)
        accessible(page)
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
