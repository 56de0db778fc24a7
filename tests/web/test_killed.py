"""A worker killed in the middle of an import, for real: nothing is lost or doubled, and it goes on by itself."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from regulars import api
from regulars_web.serve import Worker

ROWS = 60_000
PREPARE = """
import django, sys
django.setup()
from pathlib import Path
from django.core.management import call_command
from django.core.files.uploadedfile import SimpleUploadedFile
call_command("migrate", verbosity=0, interactive=False)
from regulars_web.company.services import make_owner
from regulars_web.intake.services import commit, take_in
by = make_owner(name="Owner", email="o@example.com", password="a-long-pass-42", language="en")
commit(take_in(by, [SimpleUploadedFile("till.csv", Path(sys.argv[1]).read_bytes())]), by)
"""
WORK = """
import django
django.setup()
from regulars_web.shared.worker import work_on
work_on(once=True)
"""


def ask(folder: Path, sql: str) -> tuple[object, ...]:
    with sqlite3.connect(folder / "regulars.db", timeout=20) as database:
        answer = database.execute(sql).fetchone()
    database.close()
    return tuple(answer or ())


def rows(folder: Path) -> int:
    return sum(holding.rows for holding in api.check_business(api.open_business(folder)).holdings)


@pytest.mark.slow
def test_a_killed_import_is_taken_up_again_and_stored_once(tmp_path: Path) -> None:
    folder = tmp_path / "salon"
    api.create_business(folder, pack="hair", name="Harbour Hair")
    lines = (f"R{n},2025-{n % 12 + 1:02d}-{n % 28 + 1:02d},C{n % 5000},Person {n % 5000},100" for n in range(ROWS))
    (tmp_path / "till.csv").write_text("\n".join(["Receipt,Date,Customer ID,Customer Name,Amount", *lines]))
    named = {"REGULARS_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "regulars_web.config.settings"}
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | named
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    prepare = [sys.executable, "-c", PREPARE, str(tmp_path / "till.csv")]
    subprocess.run(prepare, env=environment, check=True)

    worker = [sys.executable, "-c", WORK]
    killed = subprocess.Popen(worker, env=environment, start_new_session=True)
    until = time.monotonic() + 240
    while (ask(folder, "SELECT steps_done FROM shared_job")[0] or 0) < 100:  # type: ignore[operator]
        assert time.monotonic() < until and killed.poll() is None, "it never came so far"
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert ask(folder, "SELECT state FROM shared_job") == ("running",) and rows(folder) == 0
    assert len(list(folder.glob("uploads/*/till.csv"))) == 1, "the file still waits"

    ask(folder, "UPDATE shared_job SET beat = '2020-01-01 00:00:00'")  # a minute of silence later
    subprocess.run(worker, env=environment, check=True)
    assert ask(folder, "SELECT state, attempts FROM shared_job") == ("done", 2)
    assert rows(folder) == ROWS
    assert not list(folder.glob("uploads/*"))
    again = api.import_files(api.open_business(folder), [tmp_path / "till.csv"])
    assert (again.stored, again.unchanged) == (0, ROWS)


def test_work_ends_with_the_worker_that_began_it() -> None:
    code = "import sys; from regulars_web.shared.one_job import end_with; end_with(int(sys.argv[1])); print('on')"
    child = subprocess.Popen(
        [sys.executable, "-c", code, "1"], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert child.wait(60) == -signal.SIGKILL, "its worker is not the parent it has: it was left alone"


def test_a_worker_that_was_killed_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    def begin(_: Worker) -> subprocess.Popen[bytes]:
        begun.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"]))
        return begun[-1]

    monkeypatch.setattr(Worker, "_begin", begin)
    monkeypatch.setattr(Worker, "WAIT", 0.0)
    worker = Worker()
    worker.start()
    begun[0].kill()
    until = time.monotonic() + 60
    while len(begun) < 2:
        assert time.monotonic() < until, "nobody came after it"
        time.sleep(0.01)
    monkeypatch.setattr(Worker, "WAIT", 60.0)
    worker.end()
    worker.join(60)
    assert len(begun) == 2 and begun[1].poll() == -signal.SIGTERM and not worker.is_alive()
