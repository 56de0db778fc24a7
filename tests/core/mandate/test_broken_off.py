"""A process killed over a change of the settings, at every step of it: the change is made and told, or not made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regulars import api
from regulars.base.errors import BadData

AT, LATER = "2026-11-28T10:00:00+08:00", "2026-11-28T10:05:00+08:00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A business whose budget was changed once."""
    api.create_business(tmp_path / "salon", pack="hair", name="Harbour Hair")
    api.set_budget(api.open_business(tmp_path / "salon"), 50_000, author="Ho", at="2026-11-27T10:00:00+08:00")
    return tmp_path / "salon"


def killed_at(step: int, act: Callable[[], Any], patch: pytest.MonkeyPatch) -> bool:
    """Whether an act was ended before its ``step``-th file was put in its place or taken away."""
    done = 0

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(Path, name)

        def call(self: Path, *args: Any, **more: Any) -> Any:
            nonlocal done
            done += 1
            if done == step:
                raise KeyboardInterrupt
            return real(self, *args, **more)

        return call

    with patch.context() as p:
        for name in ("replace", "unlink"):
            p.setattr(Path, name, counted(name))
        try:
            act()
        except KeyboardInterrupt:
            return True
    return False


def budget(folder: Path) -> int:
    return int(api.open_business(folder).settings.budget.amount)


@pytest.mark.parametrize("step", range(1, 7))
def test_a_change_is_made_and_told_or_not_made(step: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def act() -> None:
        api.set_budget(api.open_business(folder), 70_000, author="Lee", at=AT)

    killed = killed_at(step, act, monkeypatch)
    assert killed == (step < 6), "a change takes five steps"
    told = api.recorded(api.open_business(folder), "changed", by="Lee", at=AT)
    assert [entry.body["key"] for entry in told] == (["budget.amount"] if budget(folder) == 70_000 else [])
    wanted = [70_000, 50_000, 60_000] if told else [50_000, 60_000]
    assert budget(folder) == wanted[0]
    for amount in wanted[1:]:
        assert api.undo_settings(api.open_business(folder), author="Lee", at=LATER) == "budget.amount"
        assert budget(folder) == amount


@pytest.mark.parametrize("step", range(1, 8))
def test_taking_back_is_done_and_told_or_not_done(step: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    api.set_budget(api.open_business(folder), 70_000, author="Lee", at=AT)
    killed = killed_at(step, lambda: api.undo_settings(api.open_business(folder), author="Lee", at=LATER), monkeypatch)
    assert killed == (step < 7), "taking back takes six steps"
    told = api.recorded(api.open_business(folder), "changed", by="Lee", at=LATER)
    assert [entry.body["key"] for entry in told] == (["undo"] if budget(folder) == 50_000 else [])
    for amount in [60_000] if told else [50_000, 60_000]:
        api.undo_settings(api.open_business(folder))
        assert budget(folder) == amount


def test_a_file_edited_by_hand_is_still_told_from_a_change(folder: Path) -> None:
    path = folder / "business.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")
    with pytest.raises(BadData):
        api.undo_settings(api.open_business(folder))
    assert api.recorded(api.open_business(folder), "changed", by="Ho", at="2026-11-27T10:00:00+08:00")
