"""What `regulars new` writes of investments: examples of the trade, commented out, to be changed and let in."""

from __future__ import annotations

_HEAD = (
    "# What else the budget may go into. Take the # away and put your own figures in: these are only examples.",
    "# Channels, service levels and loyalty designs then compete with the measures for the same money and hours.",
    "# Growth scenarios are shown with their ranges and chosen by nobody but you.",
)

_CHANNELS = {
    "beauty": ("instagram", "Instagram", 8000, 40, 90),
    "hair": ("instagram", "Instagram", 3000, 25, 60),
    "retail": ("search", "Search advertising", 10000, 80, 200),
    "watch": ("events", "Evenings for collectors", 20000, 12, 25),
}
_SERVICE = {
    "beauty": ("consultation", "Skin consultation at every first visit", 6000, 0.05),
    "hair": ("consultation", "Ten minutes more to listen", 3000, 0.05),
    "retail": ("queue", "One more till at peak hours", 8000, 0.04),
    "watch": ("aftercare", "A call a month after every purchase", 4000, 0.04),
}
_GROWTH = {
    "beauty": ("second_site", "branch", 900_000, 260_000, 110_000),
    "hair": ("second_site", "branch", 450_000, 180_000, 62_000),
    "retail": ("second_site", "branch", 700_000, 420_000, 120_000),
    "watch": ("service_bench", "services", 250_000, 90_000, 28_000),
}


def investment_starter(pack: str) -> list[str]:
    """Lines for a starter ``business.toml``; a trade of one's own gets those of hair."""
    trade = pack if pack in _CHANNELS else "hair"
    channel, channel_name, spend, arrivals, ceiling = _CHANNELS[trade]
    service, service_name, cost, satisfied = _SERVICE[trade]
    growth, kind, capex, revenue, fixed = _GROWTH[trade]
    lines = [
        "[[acquisition]]",
        f'id = "{channel}"              # as customers\' source and the spend table call it',
        f'name = {{ en = "{channel_name}" }}',
        f"spend = {spend}               # of one cycle, today",
        f"arrivals = {arrivals}         # newcomers of one cycle it brings today",
        f"ceiling = {ceiling}           # newcomers of one cycle if money were no object",
        "",
        "[[service]]",
        f'id = "{service}"',
        f'name = {{ en = "{service_name}" }}',
        "satisfied_now = 0.75          # share of satisfied customers, from an audit or a survey",
        "[[service.levels]]",
        'id = "first"',
        f"cost = {cost}",
        f"satisfied = {satisfied}       # expected change of that share",
        "",
        "[[loyalty]]",
        'id = "five_back"',
        "reward_rate = 0.05            # of what members spend",
        "enrolment = 0.4",
        "breakage = 0.2                # share of rewards never used",
        "",
        "[[expansion]]",
        f'id = "{growth}"',
        f'kind = "{kind}"',
        f"capex = {capex}",
        f"revenue = {revenue}           # of a month, fully grown",
        f"fixed = {fixed}               # of a month",
        "",
        "[quarters]",
        "count = 12                    # how far the plan looks ahead",
    ]
    return [*_HEAD, *(f"# {line}" if line else "#" for line in lines)]
