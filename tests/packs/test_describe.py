"""What `regulars pack show` tells."""

from __future__ import annotations

import pytest

from regulars.base.text import Local
from regulars.base.words import LANGUAGES, render
from regulars.packs.describe import describe_measure, describe_pack
from regulars.packs.load import load_pack, pack_ids


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", pack_ids())
def test_every_measure_is_told_in_every_language(id: str, language: str) -> None:
    pack = load_pack(id)
    told = "\n".join(render(line, language) for line in describe_pack(pack))
    for measure in pack.measures:
        for names in (measure.name, measure.about, measure.why):
            assert Local({str(k): v for k, v in names.items()}).in_language(language) in told
        for effect in measure.effects:
            assert effect.source in told


def test_log_effects_are_told_in_per_cent() -> None:
    # exp(-0.30) - 1 = -26%; exp(-0.30 -+ 1.2816 * 0.18) - 1 = -41% and -6.7%
    lines = describe_measure(load_pack("hair").measure("appointment_reminder"), currency="HKD")
    told = [render(line, "en") for line in lines]
    assert any("missed appointments: −26% (between −41% and −6.7%), lasting 3 months" in line for line in told)


def test_reactivation_is_told_in_points() -> None:
    lines = describe_measure(load_pack("beauty").measure("winback_upgrade"), currency="HKD")
    told = [render(line, "en") for line in lines]
    assert any("back within 90 days: 4.0% (between 0.2% and 7.8%)" in line for line in told)
    assert any("Incentive HK$120, taken up by 6.0% of lapsed customers" in line for line in told)
