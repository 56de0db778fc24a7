"""regulars plans and regulars compare, as they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import regulars

SALES = "Receipt,Date,Customer ID,Branch,Item,Amount\n" + "".join(
    f"R{c}-{v},2026-{1 + v:02d}-{1 + (7 * c + 3 * v) % 27:02d},C{c},Central,Facial,{500 + 10 * (c % 9)}\n"
    for c in range(120)
    for v in range(1 + c % 6)
)


@pytest.fixture(scope="module")
def salon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("compare")
    folder, sales = base / "salon", base / "sales.csv"
    sales.write_text(SALES, encoding="utf-8")
    for call in (("new", folder), ("import", folder, sales), ("study", folder)):
        assert regulars(*call, "--json").code == 0
    return folder


def test_plans_are_listed_and_compared(salon: Path) -> None:
    assert regulars("plans", salon, "--json").json == {"schema": "regulars.plans/1", "plans": [], "unreadable": []}
    few = regulars("compare", salon, "--json")
    assert (few.code, few.json["error"]) == (2, "api.compare.few")
    assert regulars("formulate", salon, "--json").code == 0
    settings = salon / "business.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("amount = 60000", "amount = 50"), encoding="utf-8")
    assert regulars("formulate", salon, "--json").code == 0
    first, second = regulars("plans", salon, "--json").json["plans"]
    assert (first["budget"], second["budget"]) == (60000.0, 50.0)
    found = regulars("compare", salon, "--json").json
    assert found["schema"] == "regulars.compare/1"
    assert (found["before"]["run"], found["after"]["run"]) == (first["run"], second["run"])
    assert any(c["key"] == "budget" for c in found["changes"])
    assert set(found["sentences"]) == {"en", "zh-Hant"}
    turned = regulars("compare", salon, second["run"], first["run"][-8:], "--json").json
    assert turned["before"]["run"] == second["run"]
    assert "50" in regulars("compare", salon).out
    assert "預算" in regulars("compare", salon, "--lang", "zh-Hant").out
    assert regulars("compare", salon, "nothing").code == 2
    assert regulars("compare", salon, "plan").code == 2
    broken = salon / "runs" / first["run"] / "run.json"
    broken.write_text("{}", encoding="utf-8")
    assert regulars("plans", salon, "--json").json["unreadable"] == [first["run"]]
