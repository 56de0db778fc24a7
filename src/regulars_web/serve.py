"""regulars serve: the web application for one business, with its worker, by one command."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import socket
import subprocess
import sys
import threading
from pathlib import Path

import click

from regulars import api
from regulars.base.errors import NotUsable
from regulars.base.text import say
from regulars.base.words import add_words
from regulars.cli.shared import Voice, verb

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command("serve")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--demo", "trade", is_flag=False, flag_value="beauty", help="Serve a demo business of a trade.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen at.")
@click.option("--name", "names", multiple=True, help="Host name the server answers to, beside HOST (may be repeated).")
@click.option("--https", is_flag=True, help="Behind a proxy that speaks HTTPS: cookies travel by it alone.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Requests answered at once.")
@verb
def command(
    voice: Voice,
    folder: Path | None,
    trade: str | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    https: bool,
    threads: int,
) -> None:
    """Serve the web application of the business in FOLDER. The first visit makes the owner's account, and in an empty
    or new folder the business too.

    Data, accounts and results stay in FOLDER (or in the PostgreSQL database that DATABASE_URL names). Ctrl-C ends it.
    """
    add_words("regulars_web")
    if trade is not None:
        folder = folder or Path(f"demo-{trade}")
        if not api.demo_made(trade, folder):
            voice.tell("web.serve.demo", folder=str(folder))
            api.make_demo(trade, folder=folder, progress=voice.progress())
    if folder is None:
        raise click.UsageError("Name the business folder, or use --demo.")
    founding = empty(folder)
    if not founding:
        api.open_business(folder)
    free(host, port)
    if founding:
        voice.aside("web.serve.founding", folder=str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["REGULARS_FOUNDING"] = "1"
    environment(folder, host=host, names=names, https=https)
    prepare()
    address = f"{'https' if https else 'http'}://{names[0]}/" if names and https else f"http://{host}:{port}/"
    if trade is not None and host in LOOPBACK and not (https or names):
        introduce(voice)
    if ownerless():
        code = os.environ["REGULARS_SETUP_CODE"]
        address += f"house/welcome?code={code}" if code else ""
        if code:
            voice.aside("web.serve.open")
    voice.tell("web.serve.at", address=address)
    worker = Worker()
    worker.start()
    try:
        listen(host, port, threads=threads)
    finally:
        worker.end()


def empty(folder: Path) -> bool:
    """Whether no business is there and nothing else either (but what an earlier start left): one can be made there."""
    left = {"web-secret", "vault-key", "regulars.db", "regulars.db-wal", "regulars.db-shm"}
    return not folder.exists() or (folder.is_dir() and {path.name for path in folder.iterdir()} <= left)


class Worker(threading.Thread):
    """Keeps a worker at work: one that dies (killed for want of memory, say) is followed by another."""

    WAIT = 2.0

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._ending = threading.Event()
        self._process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "regulars_web.worker"])

    def run(self) -> None:
        """Wait for its death, and begin another until told to end."""
        while True:
            self._process.wait()
            if self._ending.wait(self.WAIT):
                return
            self._process = self._begin()

    def end(self) -> None:
        """End it, and begin no other."""
        self._ending.set()
        self._process.terminate()
        self._process.wait(10)


def environment(folder: Path, *, host: str, names: tuple[str, ...], https: bool) -> None:
    """What the settings read; for this process and those it starts."""
    os.environ["REGULARS_FOLDER"] = str(folder.absolute())
    os.environ["REGULARS_HOSTS"] = ",".join(dict.fromkeys([host, *names, "localhost", "127.0.0.1", "[::1]"]))
    reachable = host not in LOOPBACK or https or bool(names)
    os.environ["REGULARS_SETUP_CODE"] = os.environ.get("REGULARS_SETUP_CODE") or (
        secrets.token_urlsafe(12) if reachable else ""
    )
    os.environ["REGULARS_HTTPS"] = "1" if https else "0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars_web.config.settings"


def free(host: str, port: int) -> None:
    """Raises NotUsable where another program listens already: the server would share the port with it in silence, and
    people would be answered by either."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            text = say("web.serve.not_free", host=host, port=str(port), detail=error.strerror or "")
            raise NotUsable(text, say("web.serve.not_free_hint")) from error


def prepare() -> None:
    """Start Django and bring its tables up to date.

    Raises:
        NotUsable: the web's own parts are not installed, or the database cannot be reached.
    """
    try:
        import django
        from django.core.management import call_command
        from django.db import OperationalError
    except ModuleNotFoundError as error:
        raise NotUsable(say("web.serve.not_installed"), say("web.serve.not_installed_hint")) from error

    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise NotUsable(say("web.serve.no_database", detail=str(error)), say("web.serve.no_database_hint")) from error


def introduce(voice: Voice) -> None:
    """One person of every role at a demo that this machine alone can reach, with how to sign in."""
    from regulars_web.company.demo import people
    from regulars_web.desk.demo import name_everybody

    name_everybody()
    made = people()
    voice.tell("web.serve.people", password=made[0].password)
    for account in made:
        voice.tell("web.serve.person", email=account.email, role=say(f"web.role.{account.role}"))


def ownerless() -> bool:
    """Whether nobody can sign in yet."""
    from regulars_web.company.models import User

    return not User.objects.exists()


def listen(host: str, port: int, *, threads: int) -> None:
    """Answer requests until told to end; a server process that dies is followed by another."""
    # What made a demo or named its people here holds threads that a forked process cannot use.
    multiprocessing.set_start_method("spawn", force=True)
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "regulars_web.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=threads,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
