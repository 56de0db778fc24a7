"""What all verbs share: the options every verb has, saying things, failing well."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate

import click

from regulars.base.errors import NotUsable, RegularsError
from regulars.base.progress import Progress, unwatched
from regulars.base.text import Text, say
from regulars.base.words import LANGUAGES, render
from regulars.cli.watch import watching


class Voice:
    """How one call of a verb speaks: its language, and whether to people or to programs."""

    def __init__(self, language: str, as_json: bool, quiet: bool) -> None:
        self.language = language
        self.as_json = as_json
        self.quiet = quiet

    def tell(self, id: str, /, **params: Any) -> None:
        """Print one sentence to people (not in --json)."""
        self.tell_text(say(id, **params))

    def tell_text(self, text: Text, indent: int = 0) -> None:
        """Print one text to people (not in --json)."""
        if not self.as_json:
            click.echo(" " * indent + render(text, self.language))

    def aside(self, id: str, /, **params: Any) -> None:
        """Print one sentence to standard error, beside the result."""
        click.echo(render(say(id, **params), self.language), err=True)

    def result(self, document: Mapping[str, Any]) -> None:
        """Print the result to programs (only in --json)."""
        if self.as_json:
            click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str, allow_nan=False))

    def progress(self) -> Progress:
        """A progress line on standard error for people at a terminal, else nobody watching."""
        return unwatched if self.as_json or self.quiet else watching(self.language)


def verb[**P](function: Callable[Concatenate[Voice, P], None]) -> Callable[..., None]:
    """Give a verb --json, --lang and --quiet, and turn errors into two sentences and an exit code."""

    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON (see docs/reference/json.md).")
    @click.option(
        "--lang",
        "language",
        type=click.Choice(LANGUAGES),
        default="en",
        envvar="REGULARS_LANG",
        show_default=True,
        show_envvar=True,
        help="Language of what is printed (and of a report).",
    )
    @click.option("--quiet", is_flag=True, help="Show no progress.")
    @wraps(function)
    def run(*args: Any, as_json: bool, language: str, quiet: bool, **kwargs: Any) -> None:
        voice = Voice(language, as_json, quiet)
        try:
            function(voice, *args, **kwargs)
        except RegularsError as error:
            _fail(voice, error)
        except BrokenPipeError:
            raise  # whoever read the output has gone; click leaves quietly
        except OSError as error:
            place = str(error.filename or "?")
            text = say("cli.fault.file", file=place, detail=error.strerror or str(error))
            _fail(voice, NotUsable(text, say("cli.fault.file_hint")))

    return run


def error_document(code: str, message: str, hint: str | None) -> str:
    """``regulars.error/1``, as printed."""
    document = {"schema": "regulars.error/1", "error": code, "message": message, "hint": hint}
    return json.dumps(document, ensure_ascii=False, indent=2)


def _fail(voice: Voice, error: RegularsError) -> None:
    said = render(error.text, voice.language)
    hint = render(error.hint, voice.language) if error.hint else None
    if voice.as_json:
        click.echo(error_document(error.text.id, said, hint))
    click.echo(said, err=True)
    if hint:
        click.echo(hint, err=True)
    sys.exit(error.exit_code)


#: The business folder, the first argument of most verbs.
folder_argument = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
