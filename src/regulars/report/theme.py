"""The look: tokens shared by page, PDF and charts. Paper, ink, one accent, one seal red.

State colours mean states and nothing else; classes have a family of their own. Both sets hold 3:1 against the card
and stay apart for the common kinds of colour-blindness (tests/core/report/test_theme.py).
"""

from __future__ import annotations

from regulars.analysis.results.names import Class, State

PAPER = "#faf8f4"
CARD = "#fffdfa"
INK = "#23272b"
MUTED = "#63676a"
LINE = "#e6e1d6"
LINE_STRONG = "#d6d0c2"
SEAL = "#a63a2b"
ACCENT = "#1f5f5b"
ACCENT_MIDDLE = "#5b8f8a"
ACCENT_SOFT = "#e3eeec"
GREY = "#85898b"

STATE_COLOURS: dict[State, str] = {
    "newcomer": "#6794bf",
    "active": "#1f5f5b",
    "overdue": "#bd8728",
    "lapsed": "#8f4a3a",
}
CLASS_COLOURS: dict[Class, str] = {
    "regulars": "#2b3f6b",
    "passing_stars": "#b0558a",
    "faithful_light": "#7c8fc4",
    "passers_by": "#958f80",
}
#: What is written on a colour: white where it holds 4.5:1, else ink.
ON_COLOUR = {
    "#6794bf": INK,
    "#1f5f5b": "#ffffff",
    "#bd8728": INK,
    "#8f4a3a": "#ffffff",
    "#2b3f6b": "#ffffff",
    "#b0558a": "#ffffff",
    "#7c8fc4": INK,
    "#958f80": INK,
}
#: Base movement: newcomers, those who stayed, those who came back, those who were lost.
MOVEMENT_COLOURS = {"retained": "#1f5f5b", "recovered": "#bd8728", "new": "#6794bf", "lost": "#8f4a3a"}

SANS = ("Regulars Sans", "Regulars Sans HK")
SERIF = ("Regulars Serif", "Regulars Serif HK", "Regulars Sans HK Strong", "Regulars Sans HK")
STRONG = ("Regulars Sans", "Regulars Sans HK Strong", "Regulars Sans HK")
