"""Finding customers on record twice, and deciding about them. Every decision can be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from heapq import nlargest
from typing import Any

from django.db import transaction

from regulars import api
from regulars.base.progress import Progress
from regulars.base.text import say
from regulars_web.company.businesses import business
from regulars_web.duplicates.models import Pair
from regulars_web.privacy import gate
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.meant import meant

#: Suspicions kept; the strongest of more.
MOST = 20_000
WEIGHTS = {"phone": 5, "email": 5, "name": 3}
_BLOCK = 1_000


def work(_asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: look through the vault, and put down the pairs that were not decided yet."""
    progress(say("duplicates.step"), 0, None)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for suspicion in gate.suspected():
        reasons = found[suspicion.one, suspicion.other]
        if suspicion.reason not in reasons:
            reasons.append(suspicion.reason)
        if len(found) % _BLOCK == 0:
            progress(say("duplicates.step"), 0, None)
    kept = nlargest(MOST, found.items(), key=lambda item: _weight(item[1]))
    with transaction.atomic():
        # What nobody decided about is found anew: who has another number now is no suspect any more.
        Pair.objects.filter(state=Pair.State.OPEN).delete()
        pairs = [Pair(one=a, other=b, reasons=why, weight=_weight(why)) for (a, b), why in kept]
        Pair.objects.bulk_create(pairs, batch_size=_BLOCK, ignore_conflicts=True)
    return {"pairs": len(kept)}


def _weight(reasons: list[str]) -> int:
    return sum(WEIGHTS[reason] for reason in reasons)


def merge(by: Any, pair: Pair, *, keep: str) -> bool:
    """Let the two count as one from now on, under the key kept. False where somebody decided before.

    Raises:
        BadSettings: they are one already. Busy: an import holds the business.
    """
    if keep not in pair.keys:
        return False
    (moved,) = set(pair.keys) - {keep}
    clue = {"pair": pair.keys, "stood": api.kept_keys(business(), (moved, keep))}
    with meant(by, "customers.merged", about=f"{moved} {keep}", clue=clue) as line, transaction.atomic():
        locked = Pair.objects.select_for_update().get(pk=pair.pk)
        if locked.state != Pair.State.OPEN:
            return False
        locked.state, locked.moved, locked.stays = Pair.State.MERGED, moved, keep
        decided(by, locked)
        line.write()
        # Last, for the ledger is no part of the transaction: what fails here leaves nothing decided.
        locked.moved, locked.stays = api.merge(business(), moved, into=keep)
        locked.save(update_fields=["moved", "stays"])
    return True


def tell_apart(by: Any, pair: Pair) -> bool:
    """They are two people; they are not asked about again. False where somebody decided before."""
    with transaction.atomic():
        locked = Pair.objects.select_for_update().get(pk=pair.pk)
        if locked.state != Pair.State.OPEN:
            return False
        locked.state = Pair.State.DIFFERENT
        decided(by, locked)
        note(by, "customers.told_apart", about=f"{locked.one} {locked.other}")
    return True


def take_back(by: Any, pair: Pair) -> bool:
    """Undo a decision: the pair is open again, and what was merged is two again, exactly as before."""
    clue, about = {"pair": pair.keys, "moved": pair.moved}, f"{pair.one} {pair.other}"
    with (
        meant(by, "customers.decision_taken_back", about=about, clue=clue, was=pair.state) as line,
        transaction.atomic(),
    ):
        locked = Pair.objects.select_for_update().get(pk=pair.pk)
        if locked.state == Pair.State.OPEN or locked.state != pair.state:
            return False
        was, moved = locked.state, locked.moved
        locked.state, locked.moved, locked.stays = Pair.State.OPEN, "", ""
        decided(by, locked)
        line.write()
        if was == Pair.State.MERGED:
            api.unmerge(business(), moved)
    return True


def decided(by: Any, pair: Pair) -> None:
    """Write down who decided, and when."""
    pair.decided_by, pair.decided_at = by, now()
    pair.save(update_fields=["state", "moved", "stays", "decided_by", "decided_at"])
