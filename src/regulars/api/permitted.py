"""What the ledger says of permission, as it is now: by customer and channel, of all systems the data came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from regulars.api.business import OpenBusiness
from regulars.api.people import number_of
from regulars.strategy.cells import CONSENT


def permissions_of(business: OpenBusiness, keys: Iterable[str]) -> dict[str, Mapping[str, bool | None]]:
    """Each key with what is on record by channel: a no of any system is a no, None where none says anything. Keys are
    those that stand for their customers. Raises NotThere: a key is none."""
    asked = {number_of(key): key for key in keys}
    found: dict[str, Mapping[str, bool | None]] = {key: dict.fromkeys(CONSENT) for key in asked.values()}
    with business.ledger.read() as reader:
        if not asked or not reader.has("customers"):
            return found
        wanted = reader.take_in(pa.table({"wanted": pa.array(asked, pa.int64())}), "wanted")
        held = reader.table("customers")
        met = held.inner_join(wanted, held.customer == wanted.wanted)
        every = {channel: met[f"may_{channel}"].cast("boolean").all() for channel in CONSENT}
        for row in reader.arrow(met.group_by("wanted").aggregate(**every)).to_pylist():
            found[asked[row["wanted"]]] = {channel: row[channel] for channel in CONSENT}
    return found
