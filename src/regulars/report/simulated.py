"""A simulation as one self-contained page, English first and Chinese beneath, with the report's pictures and look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from regulars.base.text import Local, Number, Param, Share, Text, say
from regulars.report.charts.bands import Band, bands
from regulars.report.document import Amount, Block, Column, Figure, KeyFigure, KeyFigures, Paragraph, Table, Words
from regulars.report.fonts import font_faces
from regulars.report.html_blocks import block
from regulars.report.render_html import LANG, POLICY, stylesheet
from regulars.report.speaker import Speaker


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of the page. Curves hold one value a cycle; ``rivals`` and ``split`` are (id, share, ...)."""

    name: Local
    seeds: int
    customers: int
    cycles: int
    share: float
    rival: float
    wins: float
    coverage: float
    violations: int
    curves: Mapping[str, Sequence[float]]
    rivals: Sequence[tuple[str, float, float]]
    split: Sequence[tuple[str, float]]
    mult: float
    budget: float
    holdout: float
    drift: float
    first_seed: int
    version: str


def page(scores: Scores) -> str:
    """The page: no script, nothing from outside."""
    bodies, faces = [], ""
    used: dict[str, set[str]] = {"sans": set(), "strong": set(), "serif": set()}
    for language in ("en", "zh-Hant"):
        speaker = Speaker(language)
        bodies.append(_body(speaker, scores))
        for role, letters in speaker.used.items():
            used[role] |= letters
    faces = font_faces(used)
    title = escape(f"{Speaker('en').words(say('simulate.page.title'))} · Regulars")
    return (
        f'<!doctype html>\n<html lang="{LANG["en"]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>{title}</title>'
        f"<style>\n{faces}{stylesheet()}\n</style></head>\n<body><main>{''.join(bodies)}</main></body></html>\n"
    )


def _body(s: Speaker, scores: Scores) -> str:
    tag = "h1" if s.language == "en" else "h2"
    heading = say("simulate.page.heading", share=Share(scores.share), rival=Share(scores.rival))
    blocks = "".join(block(s, part) for part in _blocks(scores, s.language))
    id = f"simulation-{s.language}"
    return (
        f'<section id="{id}" lang="{LANG[s.language]}" aria-labelledby="{id}-h">'
        f'<p class="eyebrow">{s.words(say("simulate.page.title"))} · {s.words(say("simulate.page.kind"))}</p>'
        f'<{tag} id="{id}-h">{s.serif(heading)}</{tag}>{blocks}</section>'
    )


def _blocks(scores: Scores, language: str) -> tuple[Block, ...]:
    lead = say(
        "simulate.page.lead",
        seeds=scores.seeds,
        name=scores.name,
        customers=scores.customers,
        cycles=scores.cycles,
    )
    settings = say(
        "simulate.page.settings",
        mult=Number(scores.mult, 2),
        budget=Number(scores.budget, 2),
        holdout=Share(scores.holdout),
        drift=Number(scores.drift, 2),
        seed=scores.first_seed,
    )
    return (
        Paragraph(lead, "lead"),
        _keys(scores),
        _quarters(scores, language),
        _regret(scores, language),
        _rivals(scores),
        _split(scores),
        Paragraph(settings, "note"),
        Paragraph(say("simulate.page.made_by", version=scores.version), "note"),
    )


def _keys(scores: Scores) -> KeyFigures:
    return KeyFigures(
        (
            KeyFigure(say("simulate.page.share"), Share(scores.share), note=say("simulate.page.share_note")),
            KeyFigure(say("simulate.page.rival"), Share(scores.rival), note=say("simulate.page.rival_note")),
            KeyFigure(say("simulate.page.wins"), Share(scores.wins)),
            KeyFigure(say("simulate.page.coverage"), Share(scores.coverage), note=say("simulate.page.coverage_note")),
            KeyFigure(say("simulate.page.violations"), scores.violations),
        )
    )


def _quarters(scores: Scores, language: str) -> Figure:
    names = {
        "plan": say("simulate.page.plan"),
        "intended": say("simulate.page.intended"),
        "best_rival": say("simulate.page.best_rival"),
        "cell_oracle": say("simulate.page.cell_oracle"),
    }
    return _curves(
        scores, f"quarters-{language}", names, say("simulate.page.quarters"), say("simulate.page.quarters_alt")
    )


def _regret(scores: Scores, language: str) -> Figure:
    names = {"regret": say("simulate.page.regret_line"), "coverage": say("simulate.page.coverage_line")}
    return _curves(scores, f"regret-{language}", names, say("simulate.page.regret"), say("simulate.page.regret_alt"))


def _curves(scores: Scores, id: str, names: Mapping[str, Text], title: Text, alt: Text) -> Figure:
    x = [float(cycle) for cycle in range(1, scores.cycles + 1)]
    every: dict[str, Sequence[float]] = {key: scores.curves[key] for key in names}
    low = min(0.0, min(min(values) for values in every.values()))
    ticks: dict[float | str, Param] = {part / 4: Share(part / 4) for part in range(5)}
    chart = bands(
        [Band(key, name, x, every[key]) for key, name in names.items()],
        x_title=say("simulate.page.quarter"),
        y_title=say("simulate.page.of_oracle"),
        x_ticks={cycle: Number(cycle) for cycle in x},
        y_ticks=ticks,
        x_domain=(0.8, scores.cycles + 0.2),
        y_domain=(low, 1.0),
    )
    columns = (Column(say("simulate.page.quarter")), *(Column(name, "right") for name in names.values()))
    rows = tuple(
        (Amount(Number(x[at])), *(Amount(Share(every[key][at])) for key in names)) for at in range(scores.cycles)
    )
    return Figure(id, title, chart, alt, Table(title, columns, rows))


def _rivals(scores: Scores) -> Table:
    columns = (
        Column(say("simulate.page.rival_head"), share=3.0),
        Column(say("simulate.page.of_oracle"), "right"),
        Column(say("simulate.page.beaten"), "right"),
    )
    rows = tuple(
        (Words(say(f"simulate.rival.{id}")), Amount(Share(share)), Amount(Share(beaten)))
        for id, share, beaten in scores.rivals
    )
    return Table(say("simulate.page.rivals"), columns, rows, note=say("simulate.page.rivals_caption"))


def _split(scores: Scores) -> Table:
    columns = (Column(say("simulate.page.cause"), share=3.0), Column(say("simulate.page.part"), "right"))
    rows = tuple((Words(say(f"simulate.page.{id}")), Amount(Share(part))) for id, part in scores.split)
    return Table(say("simulate.page.split"), columns, rows, note=say("simulate.page.split_caption"))
