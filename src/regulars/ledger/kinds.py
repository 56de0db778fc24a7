"""What kind of line a sale line is, told from the source's own type, the category and the words of the item.

The rules are ordered: the first that fits decides. A package *sale* and its *redemption* must never be mixed up, or
both value and frequency are wrong (IMPORTS.md 2.3, rule 3).
"""

from __future__ import annotations

from regulars.ledger.schema import KINDS

_PACK = (
    r"\bpackages?\b|\bcourses?\b|套票|套裝|療程|套餐|\bprepaid\b|預繳|預付|\bbundle of \d+|\b\d+\s*sessions?\b"
    r"|\d+\s*(次|堂|節)(套|票|卡|$)"
)
#: In the item's own words 療程 alone may be a single treatment; with a count it is a package.
_PACKED_ITEM = (
    r"\bpackages?\b|\bcourses?\b|套票|套裝|\bprepaid\b|預繳|\b\d+\s*sessions?\b"
    r"|\d+\s*(次|堂|節)(套|票|卡|療程|$)|療程.*(\d+|[五六八十])\s*(次|堂|節)"
)
_USED = r"\bredemptions?\b|\bredeem(ed)?\b|使用|扣次|扣減|扣套票|換領|兌換|\bused\b|\bsession used\b|抵用"
_POINTS = r"\bpoints?\b|積分"
#: Ordered rules: kind and the pattern of the words, all lower case, ``type | category | item``.
RULES: tuple[tuple[str, str], ...] = (
    ("points_redemption", rf"({_POINTS}).*({_USED})|({_USED}).*({_POINTS})"),
    (
        "package_redemption",
        rf"({_PACK}).*({_USED})|({_USED}).*({_PACK})|package[_ -]redemption|\bredemptions?\b|扣次|扣套票",
    ),
    ("gift_card_sale", r"\bgift[ _-]?(card|voucher|certificate)s?|禮品卡|禮券|現金券|\be-?gift\b"),
    ("membership_fee", r"\bmembership|\bmember fee|會費|會籍|會員費|年費|月費"),
)
_REPAIR = r"\brepairs?\b|維修|修理|\bservicing\b|\boverhaul\b|抹油"
_PRODUCT = r"physical good|\bproducts?\b|\bretail\b|零售|產品|貨品|商品"
_SERVICE = r"\bservices?\b|\bappointments?|\btreatments?\b|服務|護理"
REFUND_WORDS = r"\brefund|\breturns?\b|\bexchange return|退款|退貨|退單|回贈退"


def kind_of(type: str, category: str, item: str, *, default: str, repairs: bool = False) -> str:
    """The kind of a line as a DuckDB expression over lower-case text columns (null allowed).

    ``repairs``: the trade repairs pieces, so the words of an item may say so.
    """
    words = f"concat_ws(' | ', {type}, {category}, {item})"
    exact = " ".join(
        f"WHEN replace(replace({type}, ' ', '_'), '-', '_') = '{kind}' THEN '{kind}'"
        for kind in KINDS
        if kind not in ("refund", "service", "product")  # these two are said of packages, too
    )
    ordered = " ".join(f"WHEN regexp_matches({words}, '{pattern}') THEN '{kind}'" for kind, pattern in RULES)
    whole = f"concat_ws(' | ', {type}, {category})"
    # "Repair" in a product's name is a hair mask or a puncture kit; in a watchmaker's it is work on a piece.
    repaired = words if repairs else whole
    packed = f"regexp_matches({whole}, '{_PACK}') OR regexp_matches(coalesce({item}, ''), '{_PACKED_ITEM}')"
    return (
        f"CASE {exact} {ordered} WHEN {packed} THEN 'package_sale' "
        f"WHEN regexp_matches({repaired}, '{_REPAIR}') THEN 'repair' "
        f"WHEN regexp_matches({whole}, '{_PRODUCT}') THEN 'product' "
        f"WHEN regexp_matches({whole}, '{_SERVICE}') THEN 'service' "
        f"ELSE '{default}' END"
    )
