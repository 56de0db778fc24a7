"""Import, study and formulate at scale beside the peers, in one run: `make bench`.

Prints seconds, peak memory of the largest process, and the ratios that matter. Nothing here is a test: machines
differ, ratios in the same run do not lie as easily.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REGULARS = [sys.executable, "-m", "regulars"]
SIZES = (1_000_000, 3_000_000, 10_000_000)
PEAK = (
    "import resource,subprocess,sys;"
    "r=subprocess.run(sys.argv[1:],capture_output=True,text=True);"
    "sys.stdout.write(r.stdout);sys.stderr.write(r.stderr);"
    "print('PEAK',resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,file=sys.stderr);sys.exit(r.returncode)"
)


@dataclass(frozen=True)
class Timed:
    """One finished process."""

    name: str
    seconds: float
    peak_mb: float
    said: dict[str, Any]


def timed(name: str, *command: str) -> Timed:
    """Run a command as a process of its own and measure it from outside."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", PEAK, *command], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    peak = next(line for line in done.stderr.splitlines() if line.startswith("PEAK")).split()[1]
    said = json.loads(done.stdout) if done.stdout.lstrip().startswith("{") else {}
    result = Timed(name, seconds, int(peak) / 1024, said)
    costs = [line for line in done.stderr.splitlines() if " of processor" in line]
    parts = {k: round(v, 2) for k, v in said.items() if isinstance(v, float)}
    print(f"  {name:18s} {seconds:8.1f} s  {result.peak_mb:7.0f} MB  {parts or ''}", flush=True)
    for line in costs:
        print(f"      {line}", flush=True)
    return result


def main() -> None:
    """Make the lines, run everything once, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--skip-lifetimes", action="store_true", help="it is slow: about ten minutes at full size")
    parser.add_argument(
        "--linear", action="store_true", help="instead: generator, import, summary step and study at several sizes"
    )
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="regulars-bench-"))
    try:
        if args.linear:
            linear(work)
        else:
            run(work, args)
    finally:
        shutil.rmtree(work)


def linear(work: Path) -> None:
    """How the cost of a line changes with their number: it should not. Ten lines a customer at every size."""
    rows = []
    for lines in SIZES:
        file, folder = work / f"{lines}.parquet", work / f"business-{lines}"
        shape = ("--lines", str(lines), "--customers", str(lines // 10))
        made = timed(f"generate {lines:,}", sys.executable, str(HERE / "lines.py"), str(file), *shape)
        subprocess.run(
            [*REGULARS, "new", str(folder), "--pack", "beauty", "--quiet"], check=True, stdout=subprocess.DEVNULL
        )
        brought = timed(f"import {lines:,}", *REGULARS, "import", str(folder), str(file), "--json")
        same = timed(f"summary {lines:,}", sys.executable, str(HERE / "peers.py"), "regulars_same", str(folder))
        studied = timed(f"study {lines:,}", *REGULARS, "study", str(folder), "--costs", "--json")
        rows.append((lines, made, brought, same, studied))
        file.unlink()
        shutil.rmtree(folder)
    print("\n  Seconds a million lines, and the study as a whole process:")
    print("  | lines | generate | import | summary step | study | study |")
    print("  | --- | --- | --- | --- | --- | --- |")
    for lines, made, brought, same, studied in rows:
        each = " | ".join(
            f"{seconds / lines * 1e6:.2f}"
            for seconds in (made.seconds, brought.seconds, same.said["summary"], studied.seconds)
        )
        print(f"  | {lines:,} | {each} | {studied.seconds:.0f} s, {studied.peak_mb / 1024:.2f} GB |")


def run(work: Path, args: argparse.Namespace) -> None:
    """One run in a scratch folder."""
    file, folder = str(work / "lines.parquet"), str(work / "business")
    timed(
        "generate",
        sys.executable,
        str(HERE / "lines.py"),
        file,
        "--lines",
        str(args.lines),
        "--customers",
        str(args.customers),
    )
    subprocess.run([*REGULARS, "new", folder, "--pack", "beauty", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    timed("import", *REGULARS, "import", folder, file, "--json")
    study = timed("study", *REGULARS, "study", folder, "--costs", "--json")
    plan = timed("formulate", *REGULARS, "formulate", folder, "--json")
    peers = [sys.executable, str(HERE / "peers.py")]
    own = timed("the same, ours", *peers, "regulars_same", folder)
    scan = timed("duckdb scan", *peers, "duckdb_scan", file)
    print(f"\n  summary step / bare DuckDB scan of the same lines: {own.said['summary'] / scan.said['summary']:.2f}")
    if not args.skip_lifetimes:
        peer = timed("pandas + lifetimes", *peers, "pandas_lifetimes", file)
        print(f"  pandas + lifetimes / ours, the same work: {sum(peer.said.values()) / sum(own.said.values()):.1f}")
        print(f"  pandas + lifetimes / the whole study, whole processes: {peer.seconds / study.seconds:.1f}")
    print(f"  formulate: {plan.seconds:.1f} s; largest peak of ours: {max(study.peak_mb, plan.peak_mb):.0f} MB")


if __name__ == "__main__":
    main()
