"""Choosing customers by their key: the same ones at every run and on every engine, without any draw.

Keys are mixed by two steps of the minimal standard generator (Park and Miller 1988; multipliers 48271 and 16807,
modulus 2^31 - 1), so that keys in a row are as good as random ones.
"""

from __future__ import annotations

import ibis

BUCKETS = 1009
_MODULUS = 2_147_483_647


def bucket(customer: ibis.Value) -> ibis.Value:
    """A number 0..1008 made from the key."""
    return _mixed(customer, 48_271) % BUCKETS


def half(customer: ibis.Value) -> ibis.Value:
    """0 or 1: which half of the base a customer is in; not bound to :func:`sampled`."""
    return _mixed(customer, 16_807) % 2


def _mixed(customer: ibis.Value, multiplier: int) -> ibis.Value:
    once = (customer.cast("int64").abs() % _MODULUS + 1) * multiplier % _MODULUS
    return once * multiplier % _MODULUS // 65_536


def sampled(t: ibis.Table, *, of: int, most: int) -> ibis.Table:
    """About ``most`` of the ``of`` customers of a table, or all where there are no more."""
    return t if of <= most else t.filter(bucket(t.customer) < BUCKETS * most // of)
