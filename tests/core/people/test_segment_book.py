"""Segments under a name: versions with who, when and why; nothing lost, nothing overwritten unseen."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from regulars.api.business import OpenBusiness, create_business
from regulars.api.segment_book import (
    FILE,
    FOLDER,
    retire_segment,
    save_segment,
    saved_segment,
    saved_segments,
    segment_named,
)
from regulars.base.errors import BadData, BadSettings, NotThere, Refused
from regulars.base.predicate import BadPredicate


@pytest.fixture
def business(tmp_path: Path) -> OpenBusiness:
    return create_business(tmp_path / "salon", pack="hair")


def test_every_change_is_a_version_with_who_when_and_why(business: OpenBusiness) -> None:
    made = save_segment(business, name=" Late,  dear ", predicate="state=overdue  and value_36>2000", by="May", at="1")
    assert (made.id, made.name, made.predicate) == (1, "Late, dear", "state = overdue and value_36 > 2000")
    changed = save_segment(business, name="Late", predicate="state = overdue", by="Tai", why="wider", at="2", id=1)
    assert [(c.version, c.by, c.why, c.predicate) for c in changed.changes] == [
        (1, "May", "", "state = overdue and value_36 > 2000"),
        (2, "Tai", "wider", "state = overdue"),
    ]
    assert save_segment(business, name="Late", predicate="state = overdue", by="Tai", id=1) == changed
    assert segment_named(business, " late ") == changed
    retired = retire_segment(business, 1, by="May", why="unused")
    assert retired.retired and retired.version == 3 and saved_segments(business) == (retired,)
    with pytest.raises(NotThere):
        segment_named(business, "Late")
    assert retire_segment(business, 1, by="May") == retired
    back = retire_segment(business, 1, by="May", back=True)
    assert not back.retired and back.changes[-1].act == "restored" and back.predicate == "state = overdue"


def test_names_are_one_each_and_predicates_understood(business: OpenBusiness) -> None:
    save_segment(business, name="VIP", predicate="tier = high", by="May")
    for name, predicate, wrong in [
        ("vip", "tier = low", BadSettings),
        ("", "tier = low", BadSettings),
        ("x" * 81, "tier = low", BadSettings),
        ("Other", "tier = huge", BadPredicate),
        ("Other", "birth_year < 1980", BadPredicate),
    ]:
        with pytest.raises(wrong):
            save_segment(business, name=name, predicate=predicate, by="May")
    with pytest.raises(NotThere):
        save_segment(business, name="Other", predicate="tier = low", by="May", id=9)
    assert len(saved_segments(business)) == 1
    retire_segment(business, 1, by="May")
    save_segment(business, name="vip", predicate="tier = low", by="May")
    with pytest.raises(BadSettings):
        retire_segment(business, 1, by="May", back=True)


def test_a_change_made_from_an_old_version_is_refused(business: OpenBusiness) -> None:
    save_segment(business, name="VIP", predicate="tier = high", by="May")
    save_segment(business, name="VIP", predicate="tier = middle", by="Tai", id=1, seen=1)
    with pytest.raises(Refused):
        save_segment(business, name="VIP", predicate="tier = low", by="May", id=1, seen=1)
    assert saved_segment(business, 1).predicate == "tier = middle"


def test_people_who_save_at_once_all_keep_theirs(business: OpenBusiness) -> None:
    def save(n: int) -> None:
        save_segment(business, name=f"S{n}", predicate=f"visits > {n}", by="May")

    threads = [threading.Thread(target=save, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((one.id, one.version) for one in saved_segments(business)) == [(n, 1) for n in range(1, 7)]


def test_a_damaged_line_is_told_and_not_passed_over(business: OpenBusiness) -> None:
    save_segment(business, name="VIP", predicate="tier = high", by="May")
    file = business.folder / FOLDER / FILE
    file.write_text(file.read_text() + '{"segment": 2}\n')
    with pytest.raises(BadData):
        saved_segments(business)
