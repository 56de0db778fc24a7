"""`regulars serve --demo` as somebody runs it: the command, a real server, signing in, pages; again after a change."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from regulars import api

#: The command, after what making a demo leaves in a process: libraries with threads that a fork would not survive.
COMMAND = """
import sys
from pathlib import Path

from regulars import api
from regulars.cli import main

if __name__ == "__main__":
    folder = Path(sys.argv[2])
    api.import_files(api.open_business(folder), [folder / "more.csv"])
    main()
"""


def _free() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def _served(folder: Path, log: Path) -> Iterator[str]:
    """The address of the demo in the folder, served by the command."""
    port = _free()
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    script = log.with_name("command.py")
    script.write_text(COMMAND, encoding="utf-8")
    command = [sys.executable, str(script), "serve", str(folder), "--demo", "hair", "--port", str(port)]
    with log.open("wb") as out:
        server = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    try:
        address, until = f"http://127.0.0.1:{port}", time.monotonic() + 120
        while True:
            assert server.poll() is None and time.monotonic() < until, log.read_text()
            try:
                urllib.request.urlopen(address + "/health/live", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        yield address
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.slow
def test_a_demo_can_be_signed_in_to_and_is_there_again_after_a_change(studied_once: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "demo", tmp_path / "log"
    shutil.copytree(studied_once, folder)
    (folder / "exports").mkdir()
    (folder / "exports" / "truth.parquet").touch()  # what a finished demo has beside a business
    (folder / "more.csv").write_text(
        "date,customer id,amount\n2026-10-01,M900,420\n2026-10-02,M901,380\n", encoding="utf-8"
    )
    with _served(folder, log) as address:
        password = re.findall(r"demo-[0-9a-f]{8}", log.read_text())[0]
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        door = browser.open(address + "/").read().decode()
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', door)[0]
        form = {"csrfmiddlewaretoken": token, "login": "director@demo.example", "password": password}
        action = re.findall(r'<form[^>]*action="([^"]*login[^"]*)"', door)[0]
        sent = urllib.request.Request(
            urllib.parse.urljoin(address, action), urllib.parse.urlencode(form).encode(), {"Referer": address + "/"}
        )
        with browser.open(sent) as home:
            assert home.status == 200 and "account/logout" in home.read().decode()
        for page in ("/people/", "/study/", "/strategy/"):
            with browser.open(address + page) as answer:
                assert answer.status == 200 and "account/login" not in answer.url
    settings = folder / "business.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert api.demo_made("hair", folder) and not api.demo_made("beauty", folder)
    with _served(folder, log) as address, urllib.request.urlopen(address + "/") as door_again:
        assert door_again.status == 200
