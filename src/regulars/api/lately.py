"""Plans worked out lately, kept in memory: a change that is looked at, saved and shown is worked out once.

A plan is known by what it rests on (its run id and the version of the ledger), so that what is recalled is what would
be worked out again.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from regulars.api.business import OpenBusiness
from regulars.api.runs import is_finished, load_run
from regulars.base.errors import BadData
from regulars.strategy.plan import Plan

#: So many plans are kept.
MOST = 8
_KEPT: OrderedDict[tuple[Path, str, int], Plan] = OrderedDict()
_LOCK = Lock()


def recall(business: OpenBusiness, id: str) -> Plan | None:
    """The plan of that id, if it was formulated, or worked out lately."""
    folder = business.runs / id
    if is_finished(folder):
        try:
            return load_run(folder, Plan).result
        except BadData:  # another version of the program wrote it
            return None
    key = _key(business, id)
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
        return _KEPT.get(key)


def remember(business: OpenBusiness, id: str, plan: Plan) -> None:
    """Keep a plan that was worked out; the one not asked for longest goes."""
    key = _key(business, id)
    with _LOCK:
        _KEPT[key] = plan
        _KEPT.move_to_end(key)
        while len(_KEPT) > MOST:
            _KEPT.popitem(last=False)


def _key(business: OpenBusiness, id: str) -> tuple[Path, str, int]:
    with business.ledger.read() as reader:
        return business.runs.resolve(), id, reader.version.number
