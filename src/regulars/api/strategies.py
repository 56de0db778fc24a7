"""From plan to strategy: judging alternatives, approving, rejecting, and what is in force.

A plan becomes a strategy when a named person approves it who neither drafted nor judged it, after at least two
alternatives were rejected and the plan itself accepted, each with a reason, and while nothing about it is inconsistent
or out of date. Everything is kept in the journal (:mod:`regulars.api.journal`); times are the caller's.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from regulars.api.beside import Alternative, alternatives_of
from regulars.api.business import OpenBusiness
from regulars.api.earlier import last_plan
from regulars.api.journal import Entry, Journal, sha256
from regulars.api.runs import DOCUMENT, Run, latest_run, load_run, run_folder
from regulars.api.work import plan_id
from regulars.base.errors import BadData, BadSettings, NotThere, Refused
from regulars.base.text import Day, Listing, Text, say
from regulars.strategy.plan import Plan

SCHEMA = "regulars.strategy/1"
#: The plan itself, among the things that can be judged.
PLAN = "plan"
LEAST_REJECTED = 2
type Verdict = Literal["accept", "change", "reject"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody said of an alternative, or of the plan itself (``about`` is then ``plan``)."""

    about: str
    verdict: Verdict
    reason: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """A plan in force: what was approved, by whom, and all it rested on. ``settings`` are those of the plan."""

    schema: str
    version: int
    plan: str
    plan_sha256: str
    study: str
    data_version: int
    approved_by: str
    approved_at: str
    reason: str
    judgements: tuple[Judgement, ...]
    replaces: int | None
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """A reason why a plan cannot be approved, with the next step."""

    code: str
    text: Text
    hint: Text | None = None


@dataclass(frozen=True, slots=True)
class Reopened:
    """A factor that changed since the strategy was approved, and the decisions that rest on it."""

    factor: str
    text: Text
    measures: tuple[str, ...]
    objectives: tuple[str, ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """What is in force, what waits for whom, and what keeps the newest plan from being approved."""

    in_force: Strategy | None
    reopened: tuple[Reopened, ...]
    plan: str | None
    alternatives: tuple[Alternative, ...]
    judgements: tuple[Judgement, ...]
    blocks: tuple[Block, ...]
    waits_for: Text


def journal_of(business: OpenBusiness) -> Journal:
    """The business's journal of strategies."""
    return Journal(business.folder / "strategies")


def plan_run(business: OpenBusiness, plan: str | None = None) -> Run[Plan]:
    """A plan by its run id, or the newest. Raises NotThere when there is none, BadSettings for an id that is none."""
    if plan is not None and not plan.startswith("plan-"):
        raise BadSettings(say("mandate.plan.no_id", plan=plan[:120]), say("mandate.plan.no_id_hint"))
    found = run_folder(business.runs, plan) if plan is not None else latest_run(business.runs, "plan")
    if found is None:
        raise NotThere(say("mandate.plan.none"), say("mandate.plan.none_hint"))
    return load_run(found, Plan)


def alternatives(business: OpenBusiness, *, plan: str | None = None) -> tuple[Alternative, ...]:
    """What was weighed against a plan (the newest when not named)."""
    return alternatives_of(business, plan_run(business, plan))


def draft(business: OpenBusiness, *, by: str, plan: str | None = None, at: str = "") -> Entry:
    """Record who drafted a plan; who drafted it last is not recorded again. Raises as :func:`judge`."""
    run, author, journal = plan_run(business, plan), _person(by), journal_of(business)
    with journal.held():
        before = _of(journal.read(), run.id, "drafted")
        if before and _same(before[-1].by) == _same(author):
            return before[-1]
        return journal.append("drafted", by=author, at=at, plan=run.id, body={})


def judge(
    business: OpenBusiness,
    *,
    reason: str,
    by: str,
    about: str = PLAN,
    verdict: Verdict | None = None,
    plan: str | None = None,
    at: str = "",
) -> Judgement:
    """Record a judgement on an alternative (rejected unless said otherwise) or on the plan itself (accepted).

    Args:
        about: an alternative's id (:func:`alternatives`), or ``plan``.
        at: the moment, ISO 8601; nothing is recorded when not given.

    Raises:
        BadSettings: no name, no reason, or no such alternative.
        NotThere: no such plan.
        Busy: somebody else is writing.
        BadData: the journal was tampered with.
    """
    run, author, why = plan_run(business, plan), _person(by), _reason(reason)
    _after_plan(run, at)
    known = [a.id for a in alternatives_of(business, run)]
    if about != PLAN and about not in known:
        hint = say("mandate.judge.unknown_hint", ids=Listing(tuple(known)))
        raise BadSettings(say("mandate.judge.unknown", id=about), hint)
    said: Verdict = verdict or ("accept" if about == PLAN else "reject")
    journal = journal_of(business)
    with journal.held():
        body = {"about": about, "verdict": said, "reason": why}
        journal.append("judged", by=author, at=at, plan=run.id, body=body)
    return Judgement(about, said, why, author, at)


def approve(business: OpenBusiness, *, by: str, reason: str, plan: str | None = None, at: str = "") -> Strategy:
    """Make a plan the strategy in force. It gets the next version number and cannot be changed any more.

    Raises:
        Refused: something stands against it; the message names every reason (:func:`status` gives them one by one).
        BadSettings, NotThere, Busy, BadData: as :func:`judge`.
    """
    run, person, why = plan_run(business, plan), _person(by), _reason(reason)
    _after_plan(run, at)
    journal = journal_of(business)
    with journal.held():
        entries = journal.read()
        if blocks := blocks_of(business, run, entries, by=person):
            raise Refused(say("mandate.approve.refused", reasons=_told([b.text for b in blocks])), blocks[0].hint)
        before = [e for e in entries if e.kind == "approved"]
        document = (run.folder / DOCUMENT).read_bytes()
        strategy = Strategy(
            SCHEMA,
            len(before) + 1,
            run.id,
            sha256(document),
            run.result.study_run,
            run.result.provenance.data_version,
            person,
            at,
            why,
            _judgements(entries, run.id),
            int(before[-1].body["version"]) if before else None,
            business.settings.deciding(),
        )
        content = TypeAdapter(Strategy).dump_json(strategy, indent=1)
        _put(journal, _plan_file(strategy.version), document)
        _put(journal, _file(strategy.version), content)
        body = {"version": strategy.version, "reason": why, "sha256": sha256(content)}
        journal.append("approved", by=person, at=at, plan=run.id, body=body)
    return strategy


def reject(business: OpenBusiness, *, by: str, reason: str, plan: str | None = None, at: str = "") -> Entry:
    """Reject a plan; one in force is no longer in force. It can be approved only after it was accepted anew.

    Raises as :func:`judge`.
    """
    run, person, why = plan_run(business, plan), _person(by), _reason(reason)
    _after_plan(run, at)
    journal = journal_of(business)
    with journal.held():
        return journal.append("rejected", by=person, at=at, plan=run.id, body={"reason": why})


def strategy_in_force(business: OpenBusiness) -> Strategy | None:
    """The strategy in force; None while there is none. Raises BadData when it was changed after it was approved."""
    journal = journal_of(business)
    return _in_force(journal, journal.read())


def plan_in_force(business: OpenBusiness) -> Plan:
    """The plan of the strategy in force, as it was approved, whatever became of its run.

    Raises:
        NotThere: no strategy is in force.
        BadData: it was changed after it was approved, or another version of the program wrote it.
    """
    strategy = strategy_in_force(business)
    if strategy is None:
        raise NotThere(say("mandate.strategy.none"), say("mandate.strategy.none_hint"))
    content = (journal_of(business).folder / _plan_file(strategy.version)).read_bytes()
    try:
        return TypeAdapter(Plan).validate_json(content)
    except ValidationError as error:
        raise BadData(say("api.run.unreadable", run=strategy.plan), say("api.run.unreadable_hint")) from error


def status(business: OpenBusiness, *, plan: str | None = None) -> Status:
    """What is in force, and what keeps a plan (the newest when not named) from being approved."""
    journal = journal_of(business)
    entries = journal.read()
    current = _in_force(journal, entries)
    reopened = reopened_by(business, current) if current else ()
    if plan is None and latest_run(business.runs, "plan") is None:
        return Status(current, reopened, None, (), (), (), say("mandate.wait.formulate"))
    run = plan_run(business, plan)
    blocks = () if current and current.plan == run.id else blocks_of(business, run, entries)
    return Status(
        current,
        reopened,
        run.id,
        alternatives_of(business, run),
        _judgements(entries, run.id),
        blocks,
        _waits(current, run, blocks, reopened),
    )


def blocks_of(
    business: OpenBusiness, run: Run[Plan], entries: tuple[Entry, ...], *, by: str | None = None
) -> tuple[Block, ...]:
    """Everything that stands against approving a plan (by somebody, when named)."""
    found = [*_stale(business, run)]
    if run.result.mandate is None:
        found.append(Block("no_mandate", say("mandate.block.no_mandate"), say("mandate.block.formulate_hint")))
    else:
        found += [Block(f.code, f.text, f.hint) for f in run.result.mandate.findings if f.weight == "blocks"]
    found += _judged(entries, run.id)
    if by is not None and _same(by) in {_same(e.by) for e in _of(entries, run.id, "drafted", "judged")}:
        found.append(Block("same_person", say("mandate.block.same_person", name=by), say("mandate.block.same_hint")))
    approved = [e for e in entries if e.kind in ("approved", "rejected")]
    if approved and approved[-1].kind == "approved" and approved[-1].plan == run.id:
        version = int(approved[-1].body["version"])
        found.append(Block("in_force", say("mandate.block.in_force", version=version)))
    return tuple(found)


def reopened_by(business: OpenBusiness, strategy: Strategy) -> tuple[Reopened, ...]:
    """Decisions that a changed, new or dropped factor re-opens."""
    then = {f["id"]: f for f in strategy.settings.get("factors", ())}
    now = {f["id"]: f for f in business.settings.deciding()["factors"]}
    names = {f.id: f.name for f in business.settings.factors}
    found = []
    for id in dict.fromkeys([*then, *now]):
        old, new = then.get(id), now.get(id)
        if old == new or (old and new and _weighty(old) == _weighty(new)):
            continue
        factor = new or old or {}
        name = next(
            iter({**dict(factor.get("name", {})), **{str(k): v for k, v in names.get(id, {}).items()}}.values())
        )
        if old is None:
            text = say("mandate.factor.new", name=name, says=factor["says"])
        elif new is None:
            text = say("mandate.factor.gone", name=name)
        else:
            text = say("mandate.factor.changed", name=name, old=old["says"], new=new["says"])
        touched = [
            tuple(dict.fromkeys([*(old or {}).get(key, ()), *(new or {}).get(key, ())]))
            for key in ("measures", "objectives", "assumptions")
        ]
        found.append(Reopened(id, text, *touched))
    return tuple(found)


def _weighty(factor: dict[str, Any]) -> dict[str, Any]:
    """What of a factor decisions rest on: having looked again, or written it better, changes nothing."""
    return {key: value for key, value in factor.items() if key not in ("name", "source", "checked")}


def _stale(business: OpenBusiness, run: Run[Plan]) -> list[Block]:
    found = []
    hint = say("mandate.block.formulate_hint")
    last = last_plan(business, run.result.provenance.as_of)
    if run.id != plan_id(business, study=run.result.study_run, seed=run.result.seed, last=last):
        found.append(Block("settings_changed", say("mandate.block.settings"), hint))
    with business.ledger.read() as reader:
        version = reader.version.number
    planned = run.result.provenance.data_version
    if version != planned:
        text = say("mandate.block.data", planned=planned, now=version)
        found.append(Block("data_changed", text, say("mandate.block.study_hint")))
    return found


def _judged(entries: tuple[Entry, ...], plan: str) -> list[Block]:
    found: list[Block] = []
    said = _judgements(entries, plan)
    rejected = {j.about for j in said if j.about != PLAN and j.verdict == "reject"}
    if len(rejected) < LEAST_REJECTED:
        text = say("mandate.block.alternatives", n=len(rejected), least=LEAST_REJECTED)
        found.append(Block("alternatives", text, say("mandate.block.alternatives_hint")))
    verdicts = _of(entries, plan, "judged", "rejected")
    last = next((e for e in reversed(verdicts) if e.kind == "rejected" or e.body["about"] == PLAN), None)
    if last is None:
        found.append(Block("no_judgement", say("mandate.block.no_judgement"), say("mandate.block.judge_hint")))
    elif last.kind == "rejected" or last.body["verdict"] != "accept":
        code = "rejected" if last.kind == "rejected" else "not_accepted"
        text = say("mandate.block.not_accepted", name=last.by, reason=str(last.body["reason"]))
        found.append(Block(code, text, say("mandate.block.judge_hint")))
    return found


def _of(entries: tuple[Entry, ...], plan: str, *kinds: str) -> list[Entry]:
    return [e for e in entries if e.plan == plan and e.kind in kinds]


def _judgements(entries: tuple[Entry, ...], plan: str) -> tuple[Judgement, ...]:
    """The last word on each thing judged."""
    latest: dict[str, Judgement] = {}
    for e in _of(entries, plan, "judged"):
        about = str(e.body["about"])
        latest.pop(about, None)
        latest[about] = Judgement(about, e.body["verdict"], str(e.body["reason"]), e.by, e.at)
    return tuple(latest.values())


def _in_force(journal: Journal, entries: tuple[Entry, ...]) -> Strategy | None:
    last = next((e for e in reversed(entries) if e.kind == "approved"), None)
    if last is None or any(e.kind == "rejected" and e.plan == last.plan and e.number > last.number for e in entries):
        return None
    version = int(last.body["version"])
    file = journal.folder / _file(version)
    broken = BadData(say("mandate.strategy.broken", version=version), say("mandate.journal.broken_hint"))
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise broken from error
    if sha256(content) != last.body["sha256"]:
        raise broken
    strategy = TypeAdapter(Strategy).validate_json(content)
    plan = journal.folder / _plan_file(version)
    if not plan.is_file() or sha256(plan.read_bytes()) != strategy.plan_sha256:
        raise broken
    return strategy


def _file(version: int) -> str:
    return f"strategy-{version:04d}.json"


def _plan_file(version: int) -> str:
    return f"strategy-{version:04d}-plan.json"


def _put(journal: Journal, name: str, content: bytes) -> None:
    partial = journal.folder / f"{name}.part"
    partial.write_bytes(content)
    partial.replace(journal.folder / name)


def _told(texts: list[Text]) -> Text:
    """Sentences one after the other."""
    whole = texts[0]
    for text in texts[1:]:
        whole = say("report.say.then", first=whole, second=text)
    return whole


def _waits(current: Strategy | None, run: Run[Plan], blocks: tuple[Block, ...], reopened: tuple[Reopened, ...]) -> Text:
    if current and current.plan == run.id:
        return say("mandate.wait.reopened", n=len(reopened)) if reopened else say("mandate.wait.nothing")
    codes = {block.code for block in blocks}
    if codes & {"settings_changed", "data_changed", "no_mandate"}:
        return say("mandate.wait.renew")
    if codes - {"alternatives", "no_judgement", "not_accepted", "rejected"}:
        return say("mandate.wait.repair")
    return say("mandate.wait.judge") if codes else say("mandate.wait.approve")


def _person(by: str) -> str:
    name = " ".join(unicodedata.normalize("NFKC", by).split())
    if not name:
        raise BadSettings(say("mandate.person.none"), say("mandate.person.none_hint"))
    return name


def _after_plan(run: Run[Plan], at: str) -> None:
    """Nobody judged a plan before the last day it was made from. A moment that is no date is left to who wrote it."""
    try:
        day = datetime.fromisoformat(at).date()
    except ValueError:
        return
    if day < run.result.provenance.as_of:
        text = say("mandate.judge.too_early", day=Day(day), as_of=Day(run.result.provenance.as_of))
        raise BadSettings(text, say("mandate.judge.too_early_hint"))


def _same(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _reason(reason: str) -> str:
    said = reason.strip()
    if len(said) < 3:
        raise BadSettings(say("mandate.reason.none"), say("mandate.reason.none_hint"))
    return said


def day_of(at: str, zone: ZoneInfo) -> Text | Day | str:
    """The moment of an entry as people read it: the day where the business is."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return at or say("mandate.undated")
    return Day(moment.astimezone(zone).date() if moment.tzinfo else moment.date())
