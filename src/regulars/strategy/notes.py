"""Assumptions and warnings that change how a plan may be read."""

from __future__ import annotations

from regulars.base.settings import Business
from regulars.base.text import Listing, Share, Text, say
from regulars.packs.schema import Pack
from regulars.strategy.cells import Cells
from regulars.strategy.draws import prior_of
from regulars.strategy.explain import Voice, local
from regulars.strategy.facts import UNTOLD
from regulars.strategy.judge import spent_fixed
from regulars.strategy.limits import ENOUGH, budget_of
from regulars.strategy.optimise import CHASE
from regulars.strategy.own import share_own
from regulars.strategy.solve import Solved


def notes_of(
    solved: Solved, cells: Cells, business: Business, voice: Voice, *, pack: Pack, facts: frozenset[str]
) -> tuple[Text, ...]:
    """The notes of a plan, those that question the whole plan first."""
    return (
        *_emptiness(solved, cells, business),
        *_money(solved, voice),
        *_permission(solved, cells, business),
        *_models(cells, pack, facts),
    )


def _emptiness(solved: Solved, cells: Cells, business: Business) -> list[Text]:
    notes = []
    if not cells.customers:
        notes.append(say("strategy.note.nobody"))
    elif not solved.x.any():
        if not solved.offer.columns:
            notes.append(say("strategy.note.no_measure"))
        elif not (solved.offer.problem.value > 0).any():
            notes.append(say("strategy.note.nothing_pays"))
        else:
            notes.append(say("strategy.note.no_room"))
    if budget_of(solved.offer) <= 0 and cells.customers:
        notes.append(say("strategy.note.no_budget"))
    if business.capacity.staff_hours_per_branch <= 0 and not any(b.staff_hours for b in business.branches):
        notes.append(say("strategy.note.no_hours"))
    return notes


def _money(solved: Solved, voice: Voice) -> list[Text]:
    notes = []
    reserve = float((solved.offer.safe_cost - solved.offer.cost) @ solved.x)
    if reserve >= 1:
        notes.append(say("strategy.note.reserve", reserve=voice.money(reserve)))
    if solved.targets_price > 0.5:
        notes.append(say("strategy.note.targets_cost", price=voice.money(solved.targets_price)))
    missed = sum(1 for short in solved.solution.shortfalls.values() if short > ENOUGH)
    if missed:
        notes.append(say("strategy.note.unreachable", n=missed, part=Share(CHASE)))
    if spent_fixed(solved.offer.problem.switches, solved.x) > 0:
        notes.append(
            say("strategy.note.fixed", fixed=voice.money(spent_fixed(solved.offer.problem.switches, solved.x)))
        )
    return notes


def _permission(solved: Solved, cells: Cells, business: Business) -> list[Text]:
    used = {m.channel for p in solved.x.nonzero()[0] for m in solved.offer.columns[p].option.measures}
    unknown = [c for c in cells.assumed if c in used]
    if not unknown:
        return []
    channels = Listing(tuple(say(f"strategy.channel.{channel}") for channel in unknown))
    return [say("strategy.note.assumed", channels=channels, share=Share(business.contact.assumed_permission))]


def _models(cells: Cells, pack: Pack, facts: frozenset[str]) -> list[Text]:
    notes = []
    locked = [m for m in pack.measures if not set(m.needs) <= facts | UNTOLD]
    if locked:
        notes.append(say("strategy.note.locked", n=len(locked), measures=Listing(tuple(local(m.name) for m in locked))))
    if cells.merged:
        notes.append(say("strategy.note.merged", n=cells.merged))
    widened = sum(1 for m in pack.measures for e in m.effects if prior_of(e).widened)
    if widened:
        notes.append(say("strategy.note.widened", n=widened))
    own = sum(1 for m in pack.measures for e in m.effects if share_own(e) > 0)
    if own:
        notes.append(say("strategy.own.priors", n=own, overlap=Share(0.7), echo=Share(0.3)))
    else:
        notes.append(say("strategy.note.priors", overlap=Share(0.7), echo=Share(0.3)))
    return notes
