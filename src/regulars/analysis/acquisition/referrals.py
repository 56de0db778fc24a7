"""Who brought whom: trees of referrals, walked up in the engine by doubling steps."""

from __future__ import annotations

import ibis

from regulars.analysis.part import Scene
from regulars.analysis.results.acquisition import Referrals, Tree
from regulars.analysis.sums import exact

_DOUBLINGS = 4  # of steps: links that have not reached a root after 16 generations lead round
_TOP = 5


def links(told: ibis.Table, people: ibis.Table) -> ibis.Table:
    """Customers with a visit and the customer who referred them, others than themselves."""
    t = told.filter(told.referrer.notnull(), told.referrer != told.customer)
    return t.inner_join(people.select("customer", "value_36"), "customer").select("customer", "referrer", "value_36")


def doubled(t: ibis.Table) -> ibis.Table:
    """One doubling: ``above`` becomes what is above it, ``depth`` the steps there; roots stay."""
    upper = t.select(above="customer", higher="above", more="depth")
    j = t.left_join(upper, "above")
    return j.select(
        "customer", "referrer", "value_36", above=j.higher.fill_null(j.above), depth=j.depth + j.more.fill_null(0)
    )


def climbed(scene: Scene, told: ibis.Table) -> ibis.Table:
    """Links with their root (``above``), ``depth`` below it, and whether they lead round (``round``)."""
    desk = scene.setting.desk
    t = links(told, scene.people)
    t = t.mutate(above=t.referrer, depth=ibis.literal(1))
    for step in range(_DOUBLINGS):
        t = desk.keep(f"acquisition_tree_{step}", doubled(t))
    ends = t.select(above="customer").mutate(round=True)
    j = t.left_join(ends, "above")
    return j.select("customer", "referrer", "value_36", "above", "depth", round=j["round"].fill_null(False))


def referrals(scene: Scene, told: ibis.Table, tree: ibis.Table, *, share: float) -> Referrals | None:
    """What the trees say; None where nobody is known to have been referred."""
    desk = scene.setting.desk
    good = tree.filter(~tree["round"])
    trees = good.group_by("above").aggregate(
        members=good.count(), generations=good.depth.max(), value=exact(good.value_36, decimals=4).cast("float64")
    )
    top = trees.order_by(trees.members.desc(), trees.value.desc(), "above").limit(_TOP)
    selves = told.filter(told.referrer == told.customer)
    counts = tree.aggregate(
        referred=tree.count(where=~tree["round"]),
        circles=tree.count(where=tree["round"]),
        referrers=tree.referrer.nunique(where=~tree["round"]),
        trees=tree.above.nunique(where=~tree["round"]),
    )
    row = desk.ask("acquisition_referrals", counts).to_pylist()[0]
    selves_n = desk.ask("acquisition_selves", selves.aggregate(n=selves.count())).to_pylist()[0]["n"]
    if not row["referred"]:
        return None
    levels = good.group_by("depth").aggregate(n=good.count()).order_by("depth")
    found = desk.ask("acquisition_trees", top.select("members", "generations", "value")).to_pylist()
    top_trees = tuple(Tree(r["members"], r["generations"], r["value"]) for r in found)
    return Referrals(
        referrers=row["referrers"],
        referred=row["referred"],
        generations=tuple(r["n"] for r in desk.ask("acquisition_generations", levels).to_pylist()),
        trees=row["trees"],
        top=top_trees,
        top_share=sum(t.members for t in top_trees) / row["referred"],
        selves=selves_n,
        circles=row["circles"],
        share=share,
    )


def of_referrers(tree: ibis.Table) -> ibis.Table:
    """Customer, ``referred`` (brought directly) and ``referral_value`` (expected 36-month revenue of those)."""
    good = tree.filter(~tree["round"])
    return good.group_by(customer="referrer").aggregate(
        referred=good.count(), referral_value=exact(good.value_36, decimals=4).cast("float64")
    )
