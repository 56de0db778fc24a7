"""Sale lines: from the cells of a file to rows of the ledger table ``sales``, all of it in DuckDB."""

from __future__ import annotations

from pathlib import Path

from regulars.ledger.amounts import amount
from regulars.ledger.checks import BITS, bits
from regulars.ledger.engine import HOUSE
from regulars.ledger.keeping import branch_ids, key_people, key_staff, keyed_numbers, masked
from regulars.ledger.kinds import REFUND_WORDS, kind_of
from regulars.ledger.readers import literal
from regulars.ledger.schema import SALES
from regulars.ledger.staging import Stage, foreign, keep, money_comma, when, who
from regulars.privacy.pseudonym import Pseudonyms

_TEXTS = (
    *("sale_id", "line_id", "given_line", "branch", "staff", "item", "category", "kind", "event", "promotion"),
    *("supplier", "piece", "status"),
)
_KEPT = ("branch", "item", "category", "promotion", "supplier")
_SUMS = ("net", "gross", "discount", "cost", "order_subtotal", "order_discount", "order_refund")
#: Trades whose unnamed lines are goods; elsewhere they are services.
_GOODS = ("retail", "watch")


def stage_sales(stage: Stage) -> None:
    """Read every cell once: view ``staged`` with typed fields and the findings of each row."""
    written = [name for name in ("net", "gross", "price", "discount", "quantity") if stage.has(name)]
    quantity = _number(stage, "quantity", "DOUBLE")
    given = f"f_quantity IS NOT NULL AND {quantity} IS NULL" if stage.has("quantity") else "false"
    dated, joins = when(stage)
    columns = [
        *("row", "ragged", *(f"f_{name}" for name in written)),
        *(f"{f'f_{name}' if stage.has(name) else 'NULL::VARCHAR'} AS {name}" for name in _TEXTS),
        *(f"{_number(stage, name, 'DECIMAL(18,2)')} AS {name}" for name in _SUMS),
        f"{_number(stage, 'price', 'DECIMAL(18,4)')} AS price",
        f"{quantity} AS quantity",
        f"{given} AS bad_quantity",
        f"{who(stage)} AS who",
        dated,
        "f_date IS NULL AS undated",
        f"{_unpaid(stage)} AS unpaid",
        f"coalesce({foreign(stage)}, false) AS strange",
    ]
    found = bits(
        {
            "ragged_row": "ragged",
            "no_date": "undated",
            "bad_date": "NOT undated AND day IS NULL",
            "odd_date": "day NOT BETWEEN DATE '1970-01-01' AND DATE '2199-12-31'",
            "future_date": f"day > DATE '{stage.latest}' AND day <= DATE '2199-12-31'" if stage.latest else "false",
            "no_amount": "unpaid",
            "bad_amount": "NOT unpaid AND sum IS NULL",
            "foreign_currency": "strange",
        }
    )
    summed = f"SELECT *, {_sum(stage)} AS sum FROM (SELECT {', '.join(columns)} FROM raw {joins})"
    spare = ", ".join(["undated", "unpaid", "strange", *(f"f_{name}" for name in written)])
    keep(stage, "staged", f"SELECT * EXCLUDE ({spare}), {found} AS found FROM ({summed})")
    stage.warn(
        "bad_quantity",
        stage.one("SELECT count(*) FROM staged WHERE bad_quantity"),
        column=stage.columns.get("quantity"),
    )
    stage.warn("bad_time", stage.one("SELECT count(*) FROM staged WHERE bad_time"), column=stage.columns.get("time"))


def _number(stage: Stage, name: str, type: str) -> str:
    if not stage.has(name):
        return f"NULL::{type}"
    comma = name != "quantity" and money_comma(stage, name)
    read = amount(f"f_{name}", stage.types[name], comma=comma, to=type)
    return f"-({read})" if stage.reading.reversed_sign and name in ("net", "gross") else read


def _sum(stage: Stage) -> str:
    # What the line came to: stated, or list price less discount, or price times quantity less discount. What is
    # written but cannot be read makes the row a problem; the next best column is not a substitute for it.
    off = "CASE WHEN f_discount IS NULL THEN 0 ELSE abs(discount) END" if stage.has("discount") else "0"
    times = "CASE WHEN f_quantity IS NULL THEN 1 ELSE quantity END" if stage.has("quantity") else "1"
    ways = {"net": "net", "gross": f"gross - {off}", "price": f"CAST(price * {times} AS DECIMAL(18,2)) - {off}"}
    told = " ".join(f"WHEN f_{name} IS NOT NULL THEN {way}" for name, way in ways.items() if stage.has(name))
    return f"CAST(CASE {told} END AS DECIMAL(18,2))"


def _unpaid(stage: Stage) -> str:
    # Nothing written where the amount should be, as against something that cannot be read.
    return " AND ".join(f"f_{name} IS NULL" for name in ("net", "gross", "price") if stage.has(name))


def sales_facts(stage: Stage, pseudonyms: Pseudonyms) -> Path:
    """The accepted lines as rows of ``sales`` (without the house columns) in a Parquet file."""
    clash = key_people(stage, pseudonyms)
    key_staff(stage, pseudonyms)
    kept = masked(stage, _KEPT)
    _label(stage)
    path = keep(stage, "lines", _numbered(stage, kept, pseudonyms, clash, skipping=_skip(stage)))
    if _reject_more(stage) or stage.one("SELECT count(*) FROM lines WHERE found <> 0"):
        path = keep(stage, "facts", "SELECT * FROM lines WHERE found = 0")
    if stage.has("order_subtotal") or stage.has("order_discount"):
        return keep(stage, "facts", _whole_orders(stage))
    return path


def _label(stage: Stage) -> None:
    default = stage.reading.default_kind or ("product" if stage.business.pack in _GOODS else "service")
    repairs = stage.business.pack == "watch"
    kind = kind_of("lower(kind)", "lower(category)", "lower(item)", default=default, repairs=repairs)
    back = f"regexp_matches(lower(concat_ws(' | ', event, kind)), '{REFUND_WORDS}')"
    stage.engine.execute(
        f"CREATE TEMP TABLE labels AS SELECT *, {kind} AS label, {back} AS refunded "
        "FROM (SELECT DISTINCT kind, category, item, event FROM staged)"
    )


def _skip(stage: Stage) -> bool:
    statuses = ", ".join(literal(status) for status in stage.reading.skip_status)
    if not statuses or not stage.has("status"):
        return False
    skipped = stage.one(f"SELECT count(*) FROM staged WHERE lower(status) IN ({statuses}) AND found = 0")
    stage.warn("not_a_sale", skipped, column=stage.columns.get("status"))
    return skipped > 0


def _numbered(stage: Stage, kept: dict[str, str], pseudonyms: Pseudonyms, clash: str, *, skipping: bool) -> str:
    texts = ", ".join(f"{expression} AS kept_{name}" for name, expression in kept.items() if name != "branch")
    labelled = " AND ".join(
        f"labels.{c} IS NOT DISTINCT FROM staged.{c}" for c in ("kind", "category", "item", "event")
    )
    base = (
        f"SELECT staged.* EXCLUDE (found, sale_id, line_id), {keyed_numbers(stage, 'sale_id', pseudonyms)} AS sale_id, "
        f"{keyed_numbers(stage, 'line_id', pseudonyms)} AS line_id, "
        f"found | {clash} AS found, people.customer, staff_keys.staff AS staff_key, "
        f"{texts}, {branch_ids(stage, 'branch', kept['branch'])} AS branch_id, refunded, label "
        "FROM staged LEFT JOIN people USING (who) LEFT JOIN staff_keys ON staff_keys.said = staged.staff "
        f"LEFT JOIN labels ON {labelled}"
    )
    if skipping:
        statuses = ", ".join(literal(status) for status in stage.reading.skip_status)
        base += f" WHERE found <> 0 OR coalesce(lower(status), '') NOT IN ({statuses})"
    made = (
        "'c' || substr(md5(concat_ws('|', coalesce(customer, 0), day, coalesce(epoch_us(sold_at), 0), "
        "coalesce(branch_id, ''))), 1, 16)"
    )
    content = (
        "substr(md5(concat_ws('|', coalesce(kept_item, ''), coalesce(kept_category, ''), coalesce(quantity, 0), sum, "
        "coalesce(gross, 0))), 1, 12)"
    )
    told, joins = _place(stage)
    sale = f"coalesce(sale_id, {made}) AS sale, CASE WHEN sale_id IS NULL THEN {content} ELSE {told} END AS content"
    # Numbers run over rejected lines too, so that a corrected line comes back under its own number.
    number = "CAST(row_number() OVER (PARTITION BY sale, content ORDER BY row) AS VARCHAR)"
    line = f"coalesce(given_line, line_id, CASE WHEN content IS NULL THEN {number} ELSE content || '-' || {number} END)"
    piece = pseudonyms.sql_piece("upper(piece)") if stage.has("piece") else "NULL::VARCHAR"
    return (
        f"SELECT row, found, {literal(stage.reading.system)} AS system, sale AS sale_id, {line} AS line_id, customer, "
        "day, sold_at, branch_id AS branch, staff_key AS staff, kept_item AS item, kept_category AS category, "
        "CASE WHEN refunded OR sum < 0 THEN 'refund' ELSE label END AS kind, "
        "CASE WHEN refunded THEN -abs(quantity) ELSE quantity END AS quantity, "
        "CAST(coalesce(gross, price * coalesce(quantity, 1)) AS DECIMAL(18,2)) AS gross, abs(discount) AS discount, "
        "CAST(CASE WHEN refunded THEN -abs(sum) ELSE sum END AS DECIMAL(18,2)) AS net, cost, "
        f"{literal(stage.business.currency)} AS currency, kept_promotion AS promotion, kept_supplier AS supplier, "
        f"{piece} AS piece, order_subtotal, order_discount, order_refund FROM (SELECT *, {sale} FROM ({base}) {joins})"
    )


def _place(stage: Stage) -> tuple[str, str]:
    """What a line is numbered within beside its sale, and the join it needs.

    The numbers of known systems are unique. Other tills start again at 1 every day or in every branch, and write a
    refund under the number of the sale weeks later: there a line counts within its day and branch.
    """
    if stage.numbers_unique:
        return "NULL", ""
    said, joins = "day", ""
    if stage.one("SELECT count(*) FROM staged WHERE day IS NULL AND sale_id IS NOT NULL"):
        # A line whose date cannot be read belongs to the day of the other lines of its sale.
        undated = "SELECT sale_id FROM staged WHERE day IS NULL"
        days = f"SELECT sale_id, min(day) AS sale_day FROM staged WHERE sale_id IN ({undated}) GROUP BY 1"
        said, joins = "coalesce(day, sale_day)", f"LEFT JOIN ({days}) AS of_sale USING (sale_id)"
    return f"strftime({said}, '%Y%m%d') || coalesce('-' || branch_id, '')", joins


def _reject_more(stage: Stage) -> bool:
    """Find what only shows between lines: rests of incomplete sales, line numbers given twice."""
    found = "found"
    if stage.reading.continuation:
        # A sale shares its discount among its lines: with one line missing the others would be wrong.
        rest = f"sale_id IN (SELECT sale_id FROM lines WHERE found <> 0) THEN {BITS['rest_of_sale']}"
        found = f"CASE WHEN found = 0 AND {rest} ELSE found END"
    elif stage.has("line_id") or stage.has("given_line"):
        first = "row_number() OVER (PARTITION BY sale_id, line_id, found = 0 ORDER BY row) > 1"
        found = f"CASE WHEN found = 0 AND {first} THEN {BITS['duplicate_line']} ELSE found END"
    if found == "found":
        return False
    stage.engine.execute(f"CREATE TABLE more AS SELECT row, {found} AS more FROM lines WHERE found = 0")
    if not stage.one("SELECT count(*) FROM more WHERE more <> 0"):
        return False
    stage.engine.execute(
        f"CREATE VIEW first_lines AS SELECT * FROM read_parquet({literal(str(stage.work / 'lines.parquet'))})"
    )
    stage.engine.execute(
        "CREATE OR REPLACE VIEW lines AS SELECT l.* EXCLUDE (found), coalesce(nullif(more, 0), found) AS found "
        "FROM first_lines AS l LEFT JOIN more USING (row)"
    )
    return True


def _select(lines: str) -> str:
    return f"SELECT {', '.join(c.name for c in SALES.columns if c.name not in HOUSE)} FROM {lines}"


def _whole_orders(stage: Stage) -> str:
    """Lines of orders whose discount and refund are told once per order.

    The discount is what the lines come to above the subtotal (so that a free delivery does not count), shared in
    proportion, exact to the cent. A refund is a line of its own, never more than the goods came to, on the order's day.
    """
    stage.engine.execute(
        """
        CREATE VIEW orders AS
        SELECT *, greatest(0, least(listed, coalesce(listed - subtotal, stated, 0))) AS off FROM (
            SELECT sale_id, sum(net) AS listed, any_value(order_subtotal) AS subtotal,
                   any_value(abs(order_discount)) AS stated, any_value(abs(order_refund)) AS refund, min(row) AS first
            FROM lines WHERE found = 0 GROUP BY sale_id)
        """
    )
    stage.engine.execute(
        """
        CREATE VIEW shared AS
        SELECT l.* EXCLUDE (net, discount), CAST(net - part AS DECIMAL(18,2)) AS net,
               CAST(coalesce(discount, 0) + part AS DECIMAL(18,2)) AS discount
        FROM (SELECT lines.*, CASE WHEN listed > 0 THEN round(off * upto / listed, 2)
                                   - round(off * (upto - net) / listed, 2) ELSE 0 END AS part
              FROM (SELECT *, sum(CAST(net AS DOUBLE)) OVER (PARTITION BY sale_id ORDER BY row) AS upto
                    FROM lines WHERE found = 0) AS lines JOIN orders USING (sale_id)) AS l
        """
    )
    stage.engine.execute(
        """
        CREATE VIEW paid_back AS
        SELECT lines.* EXCLUDE (line_id, item, category, kind, quantity, gross, discount, net, cost, supplier, piece),
               'refund' AS line_id, NULL AS item, NULL AS category, 'refund' AS kind, NULL AS quantity, NULL AS gross,
               NULL AS discount, CAST(-least(refund, listed - off) AS DECIMAL(18,2)) AS net, NULL AS cost,
               NULL AS supplier, NULL AS piece
        FROM lines JOIN orders ON lines.sale_id = orders.sale_id AND lines.row = orders.first
        WHERE refund > 0 AND listed - off > 0
        """
    )
    return f"{_select('shared')} UNION ALL {_select('paid_back')}"
