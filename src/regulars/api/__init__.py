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
    from regulars.api.approving import Approving, approval
    from regulars.api.beside import Alternative
    from regulars.api.business import OpenBusiness, create_business, open_business
    from regulars.api.carrying import Cycle, Drawn, Task, assignment_of, hold_out_of, tasks
    from regulars.api.changes import (
        Change,
        SettingsRaced,
        changes_since,
        set_amounts,
        set_budget,
        set_target,
        settings_token,
        undo_settings,
    )
    from regulars.api.comparing import Listed, compare, plans
    from regulars.api.contradictions import Miss, misses
    from regulars.api.demo import Demo, demo_made, make_demo
    from regulars.api.health import Health, check_business
    from regulars.api.history import history_of
    from regulars.api.inputs import (
        InputsRaced,
        StatedFile,
        stated_file,
        stated_files,
        stated_left,
        undo_stated,
        write_stated,
    )
    from regulars.api.intake import (
        FIELDS,
        REQUIRED,
        Identified,
        ImportReport,
        ImportResult,
        Look,
        Preview,
        Profile,
        Receiver,
        Recognition,
        beginning,
        import_files,
        look,
        preview,
        recognise,
        save_profile,
        saved_profiles,
        undo_import,
    )
    from regulars.api.kept_settings import recorded
    from regulars.api.lines import Bound, PlanLine, Segment, plan_lines, segments_of
    from regulars.api.locking import lock
    from regulars.api.owned import Finished, finished_runs, run_document, write_tables
    from regulars.api.pages import Pages, card, cards, chapters, queries, query
    from regulars.api.people import (
        Counted,
        History,
        PeopleReader,
        Spread,
        Standing,
        StandingsPage,
        people_of,
    )
    from regulars.api.permitted import permissions_of
    from regulars.api.places import branches_of
    from regulars.api.policies import PolicyRequest, policy, write_groups, write_scores
    from regulars.api.pushed import Checked
    from regulars.api.pushing import Pushed, check_rows, key_rows, push_rows
    from regulars.api.reporting import Written, write_report
    from regulars.api.reviewing import Lesson, PromiseKept, Review, ReviewPath, review, review_path, reviews
    from regulars.api.runs import Run
    from regulars.api.same import kept_keys, keys_of, merge, unmerge
    from regulars.api.screening import screen
    from regulars.api.segment_book import (
        SavedSegment,
        SegmentChange,
        retire_segment,
        save_segment,
        saved_segment,
        saved_segments,
        segment_named,
    )
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
    from regulars.api.trades import PackShown, change_trade, check_pack, packs, show_pack
    from regulars.api.tree import add_corporate, add_target, name_owner, remove_corporate, remove_target
    from regulars.api.trials import assign, latest_assignment, latest_plan, measure
    from regulars.api.versioned import Decided, Version, Versions, versions
    from regulars.api.what_if import WhatIf
    from regulars.api.work import formulate, lines_after, study, weigh
    from regulars.api.workbench import Tried, Workbench

_HOMES = {
    "approving": ("Approving", "approval"),
    "beside": ("Alternative",),
    "business": ("OpenBusiness", "create_business", "open_business"),
    "carrying": ("Cycle", "Drawn", "Task", "assignment_of", "hold_out_of", "tasks"),
    "comparing": ("Listed", "compare", "plans"),
    "changes": (
        "Change",
        "changes_since",
        "set_amounts",
        "set_budget",
        "set_target",
        "SettingsRaced",
        "settings_token",
        "undo_settings",
    ),
    "contradictions": ("Miss", "misses"),
    "demo": ("Demo", "make_demo", "demo_made"),
    "health": ("Health", "check_business"),
    "intake": (
        "FIELDS",
        "REQUIRED",
        "Identified",
        "ImportReport",
        "ImportResult",
        "Look",
        "Preview",
        "Profile",
        "Receiver",
        "Recognition",
        "beginning",
        "import_files",
        "look",
        "preview",
        "recognise",
        "save_profile",
        "saved_profiles",
        "undo_import",
    ),
    "history": ("history_of",),
    "inputs": (
        "InputsRaced",
        "StatedFile",
        "stated_file",
        "stated_files",
        "stated_left",
        "undo_stated",
        "write_stated",
    ),
    "kept_settings": ("recorded",),
    "lines": ("Bound", "PlanLine", "Segment", "plan_lines", "segments_of"),
    "locking": ("lock",),
    "owned": ("Finished", "finished_runs", "run_document", "write_tables"),
    "pages": ("Pages", "card", "cards", "chapters", "queries", "query"),
    "people": ("Counted", "History", "PeopleReader", "Spread", "Standing", "StandingsPage", "people_of"),
    "permitted": ("permissions_of",),
    "places": ("branches_of",),
    "policies": ("PolicyRequest", "policy", "write_groups", "write_scores"),
    "pushed": ("Checked",),
    "pushing": ("Pushed", "check_rows", "key_rows", "push_rows"),
    "reporting": ("Written", "write_report"),
    "reviewing": ("Lesson", "PromiseKept", "Review", "ReviewPath", "review", "review_path", "reviews"),
    "runs": ("Run",),
    "segment_book": (
        "SavedSegment",
        "SegmentChange",
        "retire_segment",
        "save_segment",
        "saved_segment",
        "saved_segments",
        "segment_named",
    ),
    "same": ("kept_keys", "keys_of", "merge", "unmerge"),
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
    "trades": ("PackShown", "change_trade", "check_pack", "packs", "show_pack"),
    "tree": ("add_corporate", "add_target", "name_owner", "remove_corporate", "remove_target"),
    "trials": ("assign", "latest_assignment", "latest_plan", "measure"),
    "versioned": ("Decided", "Version", "Versions", "versions"),
    "what_if": ("WhatIf",),
    "workbench": ("Tried", "Workbench"),
    "work": ("formulate", "lines_after", "study", "weigh"),
}

__all__ = [
    "FIELDS",
    "REQUIRED",
    "Alternative",
    "Approving",
    "Bound",
    "Change",
    "Checked",
    "Compared",
    "Counted",
    "Cycle",
    "Decided",
    "Demo",
    "Drawn",
    "Finished",
    "Headline",
    "Health",
    "History",
    "Identified",
    "ImportReport",
    "ImportResult",
    "InputsRaced",
    "Judgement",
    "Lesson",
    "Listed",
    "Look",
    "Miss",
    "OpenBusiness",
    "PackShown",
    "Pages",
    "PeopleReader",
    "PlanLine",
    "PolicyRequest",
    "Preview",
    "Profile",
    "PromiseKept",
    "Pushed",
    "Receiver",
    "Recognition",
    "Reproduced",
    "Review",
    "ReviewPath",
    "Run",
    "SavedSegment",
    "Segment",
    "SegmentChange",
    "SettingsRaced",
    "Spread",
    "Standing",
    "StandingsPage",
    "StatedFile",
    "Status",
    "Strategy",
    "TargetState",
    "Task",
    "Tried",
    "Version",
    "Versions",
    "WhatIf",
    "Workbench",
    "Written",
    "WrittenDocument",
    "add_corporate",
    "add_target",
    "alternatives",
    "approval",
    "approve",
    "assign",
    "assignment_of",
    "beginning",
    "branches_of",
    "card",
    "cards",
    "change_trade",
    "changes_since",
    "chapters",
    "check_business",
    "check_pack",
    "check_rows",
    "compare",
    "compare_studies",
    "create_business",
    "demo_made",
    "draft",
    "finished_runs",
    "formulate",
    "headline",
    "history_of",
    "hold_out_of",
    "import_files",
    "judge",
    "kept_keys",
    "key_rows",
    "keys_of",
    "latest_assignment",
    "latest_plan",
    "lines_after",
    "lock",
    "look",
    "make_demo",
    "measure",
    "merge",
    "misses",
    "name_owner",
    "open_business",
    "packs",
    "people_of",
    "permissions_of",
    "plan_in_force",
    "plan_lines",
    "plans",
    "policy",
    "preview",
    "push_rows",
    "queries",
    "query",
    "recognise",
    "recorded",
    "reject",
    "remove_corporate",
    "remove_target",
    "reproduce",
    "retire_segment",
    "review",
    "review_path",
    "reviews",
    "run_document",
    "save_profile",
    "save_segment",
    "saved_profiles",
    "saved_segment",
    "saved_segments",
    "screen",
    "segment",
    "segment_named",
    "segments_of",
    "set_amounts",
    "set_budget",
    "set_target",
    "settings_token",
    "show_pack",
    "simulate",
    "stated_file",
    "stated_files",
    "stated_left",
    "status",
    "strategy_in_force",
    "study",
    "study_ids",
    "target_states",
    "tasks",
    "undo_import",
    "undo_settings",
    "undo_stated",
    "unmerge",
    "versions",
    "weigh",
    "write_groups",
    "write_report",
    "write_scores",
    "write_simulation",
    "write_starters",
    "write_stated",
    "write_strategy_document",
    "write_tables",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module at first use."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"regulars.api.{module}"), name)
    raise AttributeError(f"regulars.api has no {name!r}")
