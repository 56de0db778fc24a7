"""Make a synthetic business: export files as its till would write them, the truth, and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from numpy.random import Generator

from regulars.base.errors import NotThere
from regulars.base.text import say
from regulars.ledger.profile import Profile
from regulars.ledger.synth import beauty, hair, retail, watch
from regulars.ledger.synth.clock import Floats
from regulars.ledger.synth.files import TRUTH_FILE, business_toml, write_truth
from regulars.ledger.synth.lives import Lives
from regulars.ledger.synth.people import People
from regulars.ledger.synth.trade import Trade
from regulars.ledger.synth.world import World, simulate


class _Simulated(Protocol):
    """What a module of a trade provides."""

    TRADE: Trade

    def customer_ids(self, *, people: People, rng: Generator) -> list[str]: ...

    def expected_spend(self, *, lives: Lives) -> Floats: ...

    def write_exports(self, *, world: World, folder: Path, rng: Generator) -> tuple[Path, ...]: ...


_TRADES: dict[str, _Simulated] = {"beauty": beauty, "hair": hair, "retail": retail, "watch": watch}


@dataclass(frozen=True, slots=True)
class Synthesis:
    """A synthetic business. ``files`` are in the order to import them; customers first, read with ``profiles``."""

    files: tuple[Path, ...]
    profiles: tuple[Profile, ...]
    truth_file: Path
    business_toml: str


def synthetic_trades() -> tuple[str, ...]:
    """Packs that can be simulated."""
    return tuple(_TRADES)


def make_exports(
    pack_id: str,
    *,
    folder: Path,
    rng: Generator,
    customers: int | None = None,
    last_day: date,
    years: int | None = None,
) -> Synthesis:
    """Simulate a business of the trade up to ``last_day`` and write its exports into ``folder``.

    Args:
        pack_id: the trade.
        folder: where to write; made when missing.
        rng: source of all randomness; the same state gives the same bytes.
        customers: how many customers are won over the years; the trade's default when None.
        last_day: last day of business in the exports.
        years: length of the history; the trade's default when None.

    Raises:
        NotThere: no simulator for that pack.
    """
    if pack_id not in _TRADES:
        raise NotThere(
            say("synth.trade.missing", pack=pack_id), say("synth.trade.missing_hint", packs=", ".join(_TRADES))
        )
    maker = _TRADES[pack_id]
    trade = maker.TRADE
    folder.mkdir(parents=True, exist_ok=True)
    world = simulate(
        trade=trade,
        customers=customers or trade.customers,
        last_day=last_day,
        years=years or trade.years,
        identify=maker.customer_ids,
        rng=rng,
    )
    files = maker.write_exports(world=world, folder=folder, rng=rng)
    spend = maker.expected_spend(lives=world.lives)
    truth_file = write_truth(folder / TRUTH_FILE, world=world, spend=spend)
    return Synthesis(
        files=files, profiles=trade.profiles, truth_file=truth_file, business_toml=business_toml(world=world)
    )
