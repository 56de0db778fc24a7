"""Every threshold of hygiene in one place, with its reason. None of them is fitted to one business."""

from __future__ import annotations

#: A shared account: at least so many visit days, so that a fortnight of daily treatments is not one ...
SHARED_VISITS = 50
#: ... on more than one calendar day in four between first and last visit ...
SHARED_RATE = 0.25
#: ... and either so many times as often as the base's typical customer (who is then no single person), or
SHARED_TIMES = 10.0
#: so many receipts on a visit day: nobody queues twice a day for months.
SHARED_RECEIPTS = 2.0
#: Or seen at two branches on the same day, on so large a part of so many visit days.
BRANCHES_SHARE, BRANCHES_VISITS = 0.3, 20

#: A catch-all ('walk-in', 'cash') among shared accounts: on most days, and many receipts a day or a spend share that
#: no person has.
CATCH_ALL_RATE, CATCH_ALL_RECEIPTS, CATCH_ALL_SPEND = 0.5, 3.0, 0.01

#: A staff account: so much off the list price, on so many priced lines of services and goods; or the words of
#: ``STAFF_WORDS`` on half its lines (three at least).
STAFF_DISCOUNT, STAFF_LINES, STAFF_WORDED, STAFF_WORDED_SHARE = 0.9, 5, 3, 0.5
STAFF_WORDS = r"\bstaff\b|\bemployee|員工|職員|同事價|內部"

#: A wholesale basket or quantity: so many median absolute deviations above the median of the logarithms (8 are 5.4
#: standard deviations of a log-normal: one basket in 30 million), and so many times the median. Both must hold: the
#: first alone would cut the tail of a trade with even prices, the second that of one which sells watches and straps.
FAR_DEVIATIONS, FAR_TIMES = 8.0, 50.0
#: Deviations are never taken for smaller than this: where all pay the same, the median deviation is 0.
LEAST_DEVIATION = 0.1
#: Fewer baskets than this tell nothing of what is usual.
FEW_BASKETS = 50
#: Grid on which medians of logarithms are found: a hundredth is one per cent.
LOG_STEPS = 100

#: First seen within so many typical intervals of the start: of customers with gaps of that mean, exp(-2) = 14 % of
#: those who were customers already are still to be seen.
TRUNCATED_INTERVALS = 2.0
TRUNCATED_LEAST_DAYS = 14
#: Never more than this share of the history: the rest must show what newcomers are like.
TRUNCATED_MOST = 0.25
#: A crowd: so many times the first visits a week that later weeks brought.
CROWD = 2.0
