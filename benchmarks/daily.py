"""A day of new sales, studied with what earlier studies found and in full: `python benchmarks/daily.py [--lines N]`.

The last day of invented lines is held back; the rest is studied, then the day is imported and studied both ways.
Prints processor seconds of every part (of both cores; a busy machine changes them little), whether both gave the same
standings, and every figure of the documents that differs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars import api
from regulars.analysis.costs import Costs


def studied(business: api.OpenBusiness, kept: Path, *, full: bool) -> tuple[float, dict[str, float]]:
    """Processor seconds of a study and of its parts; its document and standings are copied to ``kept``."""
    costs, started = Costs(), time.process_time()
    run = api.study(business, fresh=True, full=full, costs=costs)
    seconds = time.process_time() - started
    kept.mkdir()
    for file in (run.folder / "run.json", run.standings):
        shutil.copy(file, kept / file.name)
    print(
        f"  {kept.name}: {seconds:.1f} s of processor; known already: {', '.join(run.recalled) or 'nothing'}",
        flush=True,
    )
    return seconds, {part.part: part.processor for part in costs.parts.values()}


def apart(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two documents differ, and what they say there."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from apart(one[name], other[name], f"{where}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from apart(*pair, f"{where}/{number}")
    elif one != other:
        yield f"{where}: {str(one)[:60]} and {str(other)[:60]}"


def main() -> None:
    """Lines, a first study, a day more, both studies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory(prefix="regulars-daily-") as place:
        work = Path(place)
        shape = ("--lines", str(lines), "--customers", str(lines // 10))
        made = [sys.executable, str(Path(__file__).parent / "lines.py"), str(work / "all.parquet"), *shape]
        subprocess.run(made, check=True)
        table = pq.read_table(work / "all.parquet")
        last = pc.max(table["Date"])
        pq.write_table(table.filter(pc.less(table["Date"], last)), work / "before.parquet")
        pq.write_table(table.filter(pc.equal(table["Date"], last)), work / "day.parquet")
        del table
        business = api.create_business(work / "business", pack="beauty")
        api.import_files(business, [work / "before.parquet"])
        studied(business, work / "before", full=False)
        api.import_files(business, [work / "day.parquet"])
        (day, parts), (whole, all_parts) = (
            studied(business, work / name, full=name == "in_full") for name in ("a_day_later", "in_full")
        )
        for part, seconds in all_parts.items():
            print(f"    {part:12s} {parts[part]:7.2f} of {seconds:7.2f}")
        one, other = (work / name for name in ("a_day_later", "in_full"))
        found = list(apart(*(json.loads((folder / "run.json").read_bytes()) for folder in (one, other))))
        rows = pq.read_table(one / "standings.parquet").equals(pq.read_table(other / "standings.parquet"))
        print(f"  a day later / in full: {day / whole:.2f}; same standings: {rows}; figures of the document apart:")
        print("\n".join(f"    {line}" for line in found) or "    none")


if __name__ == "__main__":
    main()
