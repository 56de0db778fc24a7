"""Rules of law and of customers' interest tried on this plan and this ledger while the document is written.

Each check looks at what is really there: the ledger's columns, the masking of identity card numbers, every line of the
plan. It is a trial of this plan, not a certificate: what happens when somebody is contacted is outside it, and the
chapter says so.
"""

from __future__ import annotations

import re

from regulars.base.text import Listing, Share, Text, say
from regulars.ledger.schema import TABLES
from regulars.packs.schema import Measure
from regulars.privacy.hkid import MASK, mask_hkid
from regulars.privacy.pseudonym import Pseudonyms
from regulars.report.strategy.book import Book
from regulars.report.strategy.ch03_data import assumed
from regulars.report.strategy.past import Check

#: Words in a column's name that would mean it holds somebody's identity.
TELLING = frozenset({"name", "phone", "mobile", "email", "address", "hkid", "passport", "id_card"})
#: Column names of the ledger that contain such a word and hold a permission, not an identity.
PERMITTED = frozenset({"may_phone", "may_email"})
BARRED = ("birth_year", "district")
#: A number with a right check digit that belongs to nobody.
SPECIMEN = "A123456(3)"


def checks(c: Book) -> tuple[Check, ...]:
    """All checks, in the order of the law's own path: collecting, keeping, using, contacting, fairness."""
    tried = (
        _no_identity(),
        _hkid(),
        _birth(),
        _keyed(),
        _permission(c),
        _pressure(c),
        _veto(c),
        _entitled(c),
        _trial(c),
        _same_offer(c),
        _barred(c),
        _approver(c),
    )
    return tuple(check for check in tried if check is not None)


def _check(id: str, found: Text, passed: bool | None) -> Check:
    law, rule, where = (say(f"book.privacy.{id}_{part}") for part in ("law", "rule", "where"))
    return Check(id, law, rule, where, found, passed)


def _no_identity() -> Check:
    columns = [column.name for table in TABLES.values() for column in table.columns]
    telling = [x for x in columns if x not in PERMITTED and TELLING & set(x.split("_"))]
    found = say("book.privacy.identity_found", n=len(columns), telling=len(telling))
    return _check("identity", found, not telling)


def _hkid() -> Check:
    masked, n = mask_hkid(f"specimen {SPECIMEN}")
    good = n == 1 and MASK in masked and "123456" not in masked
    return _check("hkid", say("book.privacy.hkid_found" if good else "book.privacy.hkid_failed"), good)


def _birth() -> Check:
    columns = [column.name for column in TABLES["customers"].columns if "birth" in column.name]
    good = columns == ["birth_year"]
    return _check("birth", say("book.privacy.birth_found" if good else "book.privacy.birth_failed"), good)


def _keyed() -> Check:
    one, other = Pseudonyms(b"a" * 32), Pseudonyms(b"b" * 32)
    good = one.key("till", "C1") != other.key("till", "C1") and one.key("till", "C1") != one.key("web", "C1")
    return _check("keyed", say("book.privacy.keyed_found" if good else "book.privacy.keyed_failed"), good)


def _measures(c: Book) -> dict[str, Measure]:
    return {m.id: m for m in c.pack.measures}


def _permission(c: Book) -> Check:
    """No group gets more promotion on a channel than it has customers who may be contacted there."""
    known = _measures(c)
    sent: dict[tuple[str, str], int] = {}
    for line in c.made.lines:
        for channel in {known[m].channel for m in line.measures if m in known and known[m].purpose == "marketing"}:
            sent[line.cell, channel] = sent.get((line.cell, channel), 0) + line.customers
    reach = {cell.id: cell.reachable for cell in c.made.cells}
    over = [key for key, n in sent.items() if n > reach.get(key[0], {}).get(key[1], 0)]
    if assumed(c) and not over:
        share = Share(c.business.contact.assumed_permission)
        return _check("permission", say("book.privacy.permission_assumed", n=len(sent), share=share), None)
    return _check("permission", say("book.privacy.permission_found", n=len(sent), over=len(over)), not over)


def _pressure(c: Book) -> Check:
    known = _measures(c)
    most = max((sum(known[m].contacts for m in line.measures if m in known) for line in c.made.lines), default=0)
    allowed = c.business.contact.max_contacts
    return _check("pressure", say("book.privacy.pressure_found", most=most, allowed=allowed), most <= allowed)


def _veto(c: Book) -> Check | None:
    if not c.business.veto:
        return None
    used = {m for line in c.made.lines for m in line.measures}
    broken = used & set(c.business.veto)
    return _check("veto", say("book.privacy.veto_found", n=len(c.business.veto), broken=len(broken)), not broken)


def _entitled(c: Book) -> Check:
    """Service is withheld from nobody: only promotion has a hold-out."""
    known = _measures(c)
    service = [x for x in c.made.lines if all(m in known and known[m].purpose == "service" for m in x.measures)]
    kept = sum(line.held_out for line in service)
    return _check("entitled", say("book.privacy.entitled_found", n=len(service), kept=kept), kept == 0)


def _trial(c: Book) -> Check | None:
    """What may do harm is tried with a control group first."""
    risky = [line for line in c.made.lines if line.test_first]
    if not risky:
        doubtful = tuple(m.id for m in c.pack.measures if m.test_first)
        return _check("trial", say("book.privacy.trial_none", n=len(doubtful)), True) if doubtful else None
    bare = [line for line in risky if not line.held_out]
    return _check("trial", say("book.privacy.trial_found", n=len(risky), bare=len(bare)), not bare)


def _same_offer(c: Book) -> Check:
    """One measure, one offer: whoever gets it gets the same."""
    paid = [m for m in c.pack.measures if m.incentive]
    return _check("offer", say("book.privacy.offer_found", n=len(paid)), True)


def _barred(c: Book) -> Check:
    """No query behind the plan's groups reads the year of birth or the district."""
    asked = " ".join(c.diagnosis.queries.get(name, "") for name in ("standings", "values", "tiers", "people"))
    used = tuple(word for word in BARRED if re.search(rf"\b{word}\b", asked))
    found = say("book.privacy.barred_found") if not used else say("book.privacy.barred_used", words=Listing(used))
    return _check("barred", found, not used)


def _approver(c: Book) -> Check:
    if c.approval.by:
        return _check("approver", say("book.privacy.approver_named", by=c.approval.by, day=c.approval.at), True)
    return _check("approver", say("book.privacy.approver_found"), None)
