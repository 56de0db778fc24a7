"""The palette: contrast on the card, and colours that stay apart for common kinds of colour-blindness."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from regulars.analysis.results.names import CLASSES, STATES
from regulars.report import theme

type Vector = NDArray[np.float64]

#: Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> Vector:
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Vector) -> Vector:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.clip(to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089]), 1e-6, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(a: str, b: str, eyes: str) -> float:
    matrix = DEFICIENCIES[eyes]
    return float(np.linalg.norm(lab(matrix @ linear(a)) - lab(matrix @ linear(b))))


@pytest.mark.parametrize("colour", [theme.INK, theme.MUTED, theme.ACCENT, theme.SEAL])
def test_text_colours_hold_wcag_aa_on_paper_and_card(colour: str) -> None:
    assert min(contrast(colour, theme.PAPER), contrast(colour, theme.CARD)) >= 4.5


@pytest.mark.parametrize("palette", [theme.STATE_COLOURS, theme.CLASS_COLOURS, theme.MOVEMENT_COLOURS])
def test_graphic_colours_hold_three_to_one_on_the_card(palette: dict[str, str]) -> None:
    assert min(contrast(colour, theme.CARD) for colour in palette.values()) >= 3


@pytest.mark.parametrize("colour", [*theme.STATE_COLOURS.values(), *theme.CLASS_COLOURS.values()])
def test_shares_written_on_bars_hold_wcag_aa(colour: str) -> None:
    assert contrast(theme.ON_COLOUR[colour], colour) >= 4.5


@pytest.mark.parametrize("eyes", DEFICIENCIES)
@pytest.mark.parametrize("palette", [theme.STATE_COLOURS, theme.CLASS_COLOURS, theme.MOVEMENT_COLOURS])
def test_colours_stay_apart_for_colour_blind_eyes(palette: dict[str, str], eyes: str) -> None:
    assert min(apart(a, b, eyes) for a, b in combinations(palette.values(), 2)) >= 12


def test_states_and_classes_have_colours_of_their_own_in_page_order() -> None:
    assert tuple(theme.STATE_COLOURS) == STATES and tuple(theme.CLASS_COLOURS) == CLASSES
    assert not set(theme.STATE_COLOURS.values()) & set(theme.CLASS_COLOURS.values())
