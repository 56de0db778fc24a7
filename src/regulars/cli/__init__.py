"""Floor 7: the command line, one file a verb. Verbs are loaded only when called, so that help is immediate."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from regulars import __version__

#: verb -> one line of help. The module ``regulars.cli.<verb>`` holds a click command named ``command``.
VERBS = {
    "demo": "Make a synthetic business, study it, formulate its strategy, write the report.",
    "new": "Make a business folder with a commented business.toml.",
    "import": "Read export files of a till, booking system or web shop into the ledger.",
    "undo": "Take an import back.",
    "check": "Show what a business folder holds and whether it is in order.",
    "study": "Study the customer base: rhythm, retention, wastage, value, classes.",
    "segment": "Count and value the customers of whom a predicate is true.",
    "screen": "Judge customers by a scorecard whose points add up, and test it for bias.",
    "formulate": "Formulate the strategy: who gets which measure, at what cost, for what return.",
    "plans": "List the plans of a business with their key figures.",
    "compare": "Say how two plans differ, and why.",
    "target": "Set, add or remove a target, and see what that does to the plan.",
    "objective": "Add or remove a corporate objective, and see what that does to the plan.",
    "budget": "Compare budgets, or set one and see what that does to the plan.",
    "lock": "Bind a measure from below or above, and see what that costs.",
    "settings": "Take a change of the settings back.",
    "judge": "Record a judgement on the plan or on an alternative, with its reason.",
    "approve": "Approve a plan: it becomes the strategy in force.",
    "reject": "Reject a plan, or end the strategy in force.",
    "status": "Show what is in force, what waits for whom, and what blocks approval.",
    "assign": "Assign the plan's measures to customers: hold-out first, by chances that are written down.",
    "measure": "Measure what a cycle did, beside those left alone, and learn from it.",
    "policy": "Learn from a logged campaign file whom to give which offer, and what that is worth.",
    "report": "Write the report: HTML, PDF or DOCX, English or Traditional Chinese.",
    "document": "Write the strategy document: chapters 0 to 16 and annexes, as HTML, PDF or DOCX.",
    "simulate": "Show what the method is worth, on made-up businesses whose truth is known.",
    "pack": "List, show or check trade packs.",
    "serve": "Serve the web application of a business.",
}
#: Verbs of the other face: named here, loaded from there when called.
ELSEWHERE = {"serve": "regulars_web.serve"}

_EPILOG = """\b
A first session:
  regulars new my-salon --pack beauty
  regulars import my-salon sales.csv clients.csv
  regulars study my-salon
  regulars formulate my-salon
  regulars report my-salon --lang zh-Hant --format pdf

Exit codes: 0 done, 1 a fault of the program, 2 wrong use or settings, 3 data that cannot be used, 4 busy,
130 interrupted (Ctrl-C).
"""
INTERRUPTED = 130


class Verbs(click.Group):
    """A group that imports a verb's module only when the verb is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command = import_module(ELSEWHERE.get(cmd_name, f"regulars.cli.{cmd_name}_")).command
        assert isinstance(command, click.Command)
        return command

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """As click's, but wrong use is told to programs as JSON too, and Ctrl-C has a code and a sentence."""
        words = list(sys.argv[1:] if args is None else args)
        if not standalone_mode:
            return super().main(words, prog_name, complete_var, False, **extra)
        try:
            code = super().main(words, prog_name, complete_var, False, **extra)
        except click.ClickException as error:
            if "--json" in words:
                _tell_programs("usage", error.format_message(), _hint(error))
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:
            _interrupted(words)
        except Exception as error:
            # Heard inside an engine, Ctrl-C comes back as the engine's own error, caused by it.
            if not _caused_by_ctrl_c(error):
                raise
            _interrupted(words)
        sys.exit(code if isinstance(code, int) else 0)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


def _tell_programs(code: str, message: str, hint: str | None) -> None:
    from regulars.cli.shared import error_document

    click.echo(error_document(code, message, hint))


def _hint(error: click.ClickException) -> str | None:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{context.command_path} --help" if context else None


def _caused_by_ctrl_c(error: BaseException) -> bool:
    cause = error.__cause__ or error.__context__
    return isinstance(error, KeyboardInterrupt) or (cause is not None and _caused_by_ctrl_c(cause))


def _interrupted(words: Sequence[str]) -> None:
    """Say that nothing half-done stays; the language is looked for in the words, as the verb has been left."""
    from regulars.base.text import say
    from regulars.base.words import render

    chinese = "zh-Hant" in words or "--lang=zh-Hant" in words or os.environ.get("REGULARS_LANG") == "zh-Hant"
    said = render(say("cli.fault.interrupted"), "zh-Hant" if chinese else "en")
    if "--json" in words:
        _tell_programs("cli.fault.interrupted", said, None)
    click.echo(f"\n{said}", err=True)
    sys.exit(INTERRUPTED)


@click.command(
    cls=Verbs, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="regulars")
def cli() -> None:
    """Regulars (熟客): from the history of returning customers to a customer relations strategy.

    One business is one folder. Every verb takes that folder; --json prints the result for programs,
    --lang zh-Hant speaks Traditional Chinese (or set REGULARS_LANG).
    """


def main() -> None:
    """The ``regulars`` command."""
    cli(prog_name="regulars")
