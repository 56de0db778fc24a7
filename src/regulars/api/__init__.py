"""Floor 6: the front door. Both faces (command line and web) do everything through these calls.

>>> from pathlib import Path
>>> from regulars import api
>>> business = api.open_business(Path("my-salon"))          # doctest: +SKIP
>>> api.import_files(business, [Path("sales.csv")])          # doctest: +SKIP
>>> diagnosis = api.study(business).result                   # doctest: +SKIP
>>> plan = api.formulate(business).result                    # doctest: +SKIP
>>> api.judge(business, about="rival:reminder", reason="half the gain", by="Chan Mei")  # doctest: +SKIP
>>> api.approve(business, by="Wong Tai", reason="best for the branches we have")  # doctest: +SKIP
>>> api.write_report(business, language="zh-Hant", format="pdf")  # doctest: +SKIP

Names are loaded at first use: `regulars pack list` should not wait for an optimiser and a PDF engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.api.beside import Alternative
    from regulars.api.business import OpenBusiness, create_business, open_business
    from regulars.api.changes import Change, lock, set_budget, set_target, undo_settings
    from regulars.api.comparing import Listed, compare, plans
    from regulars.api.demo import Demo, make_demo
    from regulars.api.health import Health, check_business
    from regulars.api.intake import (
        ImportReport,
        ImportResult,
        Recognition,
        import_files,
        recognise,
        save_profile,
        undo_import,
    )
    from regulars.api.pages import Pages, card, cards, chapters, queries, query
    from regulars.api.people import Counted, History, PeopleReader, Spread, Standing, StandingsPage, people_of
    from regulars.api.policies import PolicyRequest, policy, write_groups, write_scores
    from regulars.api.reporting import Written, write_report
    from regulars.api.runs import Run
    from regulars.api.screening import screen
    from regulars.api.segments import segment
    from regulars.api.simulating import simulate, write_simulation
    from regulars.api.strategies import (
        Judgement,
        Status,
        Strategy,
        alternatives,
        approve,
        draft,
        judge,
        plan_in_force,
        reject,
        status,
        strategy_in_force,
    )
    from regulars.api.strategy_document import WrittenDocument, write_starters, write_strategy_document
    from regulars.api.studies import Compared, Headline, Reproduced, compare_studies, headline, reproduce, study_ids
    from regulars.api.targets import TargetState, target_states
    from regulars.api.trades import PackShown, check_pack, packs, show_pack
    from regulars.api.trials import assign, latest_assignment, latest_plan, measure
    from regulars.api.what_if import WhatIf
    from regulars.api.work import formulate, study, weigh

_HOMES = {
    "beside": ("Alternative",),
    "business": ("OpenBusiness", "create_business", "open_business"),
    "comparing": ("Listed", "compare", "plans"),
    "changes": ("Change", "lock", "set_budget", "set_target", "undo_settings"),
    "demo": ("Demo", "make_demo"),
    "health": ("Health", "check_business"),
    "intake": (
        "ImportReport",
        "ImportResult",
        "Recognition",
        "import_files",
        "recognise",
        "save_profile",
        "undo_import",
    ),
    "pages": ("Pages", "card", "cards", "chapters", "queries", "query"),
    "people": ("Counted", "History", "PeopleReader", "Spread", "Standing", "StandingsPage", "people_of"),
    "policies": ("PolicyRequest", "policy", "write_groups", "write_scores"),
    "reporting": ("Written", "write_report"),
    "runs": ("Run",),
    "screening": ("screen",),
    "segments": ("segment",),
    "strategy_document": ("WrittenDocument", "write_starters", "write_strategy_document"),
    "strategies": (
        "Judgement",
        "Status",
        "Strategy",
        "alternatives",
        "approve",
        "draft",
        "judge",
        "plan_in_force",
        "reject",
        "status",
        "strategy_in_force",
    ),
    "studies": (
        "Compared",
        "Headline",
        "Reproduced",
        "compare_studies",
        "headline",
        "reproduce",
        "study_ids",
    ),
    "simulating": ("simulate", "write_simulation"),
    "targets": ("TargetState", "target_states"),
    "trades": ("PackShown", "check_pack", "packs", "show_pack"),
    "trials": ("assign", "latest_assignment", "latest_plan", "measure"),
    "what_if": ("WhatIf",),
    "work": ("formulate", "study", "weigh"),
}

__all__ = [
    "Alternative",
    "Change",
    "Compared",
    "Counted",
    "Demo",
    "Headline",
    "Health",
    "History",
    "ImportReport",
    "ImportResult",
    "Judgement",
    "Listed",
    "OpenBusiness",
    "PackShown",
    "Pages",
    "PeopleReader",
    "PolicyRequest",
    "Recognition",
    "Reproduced",
    "Run",
    "Spread",
    "Standing",
    "StandingsPage",
    "Status",
    "Strategy",
    "TargetState",
    "WhatIf",
    "Written",
    "WrittenDocument",
    "alternatives",
    "approve",
    "assign",
    "card",
    "cards",
    "chapters",
    "check_business",
    "check_pack",
    "compare",
    "compare_studies",
    "create_business",
    "draft",
    "formulate",
    "headline",
    "import_files",
    "judge",
    "latest_assignment",
    "latest_plan",
    "lock",
    "make_demo",
    "measure",
    "open_business",
    "packs",
    "people_of",
    "plan_in_force",
    "plans",
    "policy",
    "queries",
    "query",
    "recognise",
    "reject",
    "reproduce",
    "save_profile",
    "screen",
    "segment",
    "set_budget",
    "set_target",
    "show_pack",
    "simulate",
    "status",
    "strategy_in_force",
    "study",
    "study_ids",
    "target_states",
    "undo_import",
    "undo_settings",
    "weigh",
    "write_groups",
    "write_report",
    "write_scores",
    "write_simulation",
    "write_starters",
    "write_strategy_document",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module at first use."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"regulars.api.{module}"), name)
    raise AttributeError(f"regulars.api has no {name!r}")
