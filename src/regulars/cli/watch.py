"""Progress on standard error: a bar at a terminal, a line a step in a log."""

from __future__ import annotations

import sys

import click

from regulars.base.progress import Progress
from regulars.base.text import Text
from regulars.base.words import render

_WIDTH = 24


def watching(language: str) -> Progress:
    """A watcher that draws one line a step: a bar where the total is known, the count where it is not."""
    stream = sys.stderr
    live = stream.isatty()
    last: list[str] = []

    def watch(step: Text, done: int, total: int | None) -> None:
        said = render(step, language)
        if not live:
            if not last or last[-1] != said:
                last.append(said)
                click.echo(f"  {said}", file=stream)
            return
        if last and last[-1] != said:
            click.echo("", file=stream)
        if not last or last[-1] != said:
            last.append(said)
        if total:
            filled = min(_WIDTH, _WIDTH * done // total)
            bar = "█" * filled + "░" * (_WIDTH - filled)
            click.echo(f"\r  {bar} {min(100, 100 * done // total):3d}%  {said}\x1b[K", file=stream, nl=False)
            if done >= total:
                click.echo("", file=stream)
                last.append("")
        else:
            click.echo(f"\r  {said} {done:,}\x1b[K" if done else f"\r  {said}\x1b[K", file=stream, nl=False)

    return watch
