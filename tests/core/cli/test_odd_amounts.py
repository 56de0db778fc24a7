"""Amounts nobody means: refused in words, nothing written, wherever they are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import regulars


@pytest.fixture(scope="module")
def salon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A business that was never studied: every refusal comes before any work."""
    folder = tmp_path_factory.mktemp("odd") / "salon"
    regulars("new", folder, "--pack", "hair")
    return folder


@pytest.mark.parametrize(
    "call",
    [
        ("target", "fewer_silent_losses", "150%"),
        ("target", "fewer_silent_losses", "1.5"),
        ("target", "fewer_silent_losses", "1e30"),
        ("budget", "1e30"),
        ("budget", "inf"),
        ("lock", "due_reminder", "--at-least", "inf"),
        ("lock", "due_reminder", "--at-most", "nan"),
        ("lock", "due_reminder", "--at-most", "1e30"),
    ],
)
def test_an_amount_nobody_means_is_refused_and_nothing_is_written(call: tuple[str, ...], salon: Path) -> None:
    before = (salon / "business.toml").read_bytes()
    verb, *rest = call
    done = regulars(verb, salon, *rest, "--json")
    assert done.code == 2 and done.json["error"] == "mandate.edit.no_number", done
    assert (salon / "business.toml").read_bytes() == before
