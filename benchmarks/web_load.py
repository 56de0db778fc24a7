"""Fifty people at work in the web application: throughput and waiting times, page by page, beside the bare server.

    python benchmarks/web_load.py FOLDER [--users 50] [--seconds 60] [--threads 4] [--locust locust]

FOLDER is a studied business; ``DATABASE_URL`` names PostgreSQL, without it SQLite is used. The server is started as a
customer starts it (`regulars serve`), every customer is given a made-up name, directors' sessions are made in its
database, and Locust (from
``benchmarks/requirements.lock``; its own environment will do: ``--locust``) plays the users in a process of its own.
The physical limit of the same run is ``/health/live``, a page that does nothing: what server, socket and Python cost.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from web_business import begin, name_everybody, sessions, some_people

HERE = Path(__file__).parent
LIMIT = "/health/live"


def main() -> None:
    """Serve, play, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--users", type=int, default=50)
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("--threads", type=int, default=4)
    asked.add_argument("--port", type=int, default=8765)
    asked.add_argument("--locust", default="locust")
    args = asked.parse_args()
    begin(args.folder)
    name_everybody(args.folder)
    environment = {
        **os.environ,
        "REGULARS_SESSIONS": " ".join(sessions(args.users)),
        "REGULARS_PEOPLE": " ".join(some_people(args.folder)),
    }
    serve = [sys.executable, "-m", "regulars", "serve", str(args.folder), "--port", str(args.port)]
    server = subprocess.Popen([*serve, "--threads", str(args.threads)], stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{args.port}"
        _wait(f"{address}/health/ready")
        with tempfile.TemporaryDirectory() as place:
            play = [args.locust, "-f", str(HERE / "web_users.py"), "--headless", "--host", address, "--only-summary"]
            play += ["-u", str(args.users), "-r", str(args.users), "-t", f"{args.seconds}s", "--csv", f"{place}/load"]
            done = subprocess.run(play, env=environment, capture_output=True, text=True, check=False)
            _print(Path(place) / "load_stats.csv", args.users)
            if done.returncode:
                sys.exit(done.stderr[-2000:])
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str, *, seconds: int = 60) -> None:
    for _ in range(seconds * 4):
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.25)
    sys.exit(f"{address} did not answer")


def _print(stats: Path, users: int) -> None:
    with stats.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    limit = next((float(row["Median Response Time"]) for row in rows if row["Name"] == LIMIT), None)
    print(f"{users} users at once")
    print(f"{'page':34}{'answers':>9}{'failed':>8}{'a second':>10}{'median':>9}{'p95':>8}{'x limit':>9}")
    for row in rows:
        median = float(row["Median Response Time"] or 0)
        ratio = f"{median / limit:9.1f}" if limit else ""
        print(
            f"{row['Name'][:33]:34}{row['Request Count']:>9}{row['Failure Count']:>8}"
            f"{float(row['Requests/s']):>10.1f}{median:>7.0f}ms{float(row['95%']):>6.0f}ms{ratio}"
        )


if __name__ == "__main__":
    main()
