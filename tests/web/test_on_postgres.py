"""Every other test of the web once more, on a real PostgreSQL started here."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.missing import missing
from support.once import PLACE, shared

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def binaries() -> Path | None:
    """Where PostgreSQL's programs are: on the path, or where Debian keeps them."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return places[-1] if places else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of its own in a temporary folder; PostgreSQL refuses to run as root, so its own user runs it there."""
    bin = binaries()
    if bin is None:
        missing("there is no PostgreSQL (Debian: postgresql)")
    as_root = os.geteuid() == 0
    user = "postgres" if as_root else pwd.getpwuid(os.geteuid()).pw_name
    # Not under pytest's own folder: that is closed to other users.
    place = Path(tempfile.mkdtemp(prefix="regulars-pg-"))
    if as_root:
        shutil.chown(place, user)
    before = ["runuser", "-u", user, "--"] if as_root else []
    data, port = place / "data", free_port()
    options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
    run = {"check": True, "cwd": place, "stdout": subprocess.DEVNULL}
    subprocess.run([*before, bin / "initdb", "-D", data, "-U", "salon", "-A", "trust", "-E", "UTF8"], **run)  # type: ignore[call-overload]
    subprocess.run([*before, bin / "pg_ctl", "-D", data, "-w", "-l", place / "log", "-o", options, "start"], **run)  # type: ignore[call-overload]
    try:
        yield f"postgresql://salon@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*before, bin / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)  # type: ignore[call-overload]
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.timeout(900)
def test_every_test_of_the_web_passes_there(address: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    others = [
        str(p)
        for p in sorted((ROOT / "tests" / "web").glob("test_*.py"))
        if p.name not in ("test_on_postgres.py", "test_browser.py", "test_demo_served.py")
    ]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *others]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment |= {"DATABASE_URL": address, PLACE: str(shared(tmp_path_factory))}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "regulars", "new", str(tmp_path / "salon"), "--pack", "hair", "--quiet"], check=True
    )
    environment = os.environ | {"DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/none"}
    command = [sys.executable, "-m", "regulars", "serve", str(tmp_path / "salon"), "--port", str(free_port())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2 and "database cannot be reached" in done.stderr and "Traceback" not in done.stderr
