"""Run the command line in this process, the way a person would type it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from regulars.cli import cli


@dataclass(frozen=True)
class Said:
    """What one call printed and how it left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


def regulars(*words: object) -> Said:
    """``regulars WORDS``; unexpected exceptions are raised, not turned into an exit code."""
    done = CliRunner().invoke(cli, [str(word) for word in words], prog_name="regulars")
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)
