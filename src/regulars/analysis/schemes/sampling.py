"""Choosing customers by their key: the same ones at every run and on every engine, without any draw."""

from __future__ import annotations

import ibis

BUCKETS = 1009  # a prime; keys are pseudonyms without order, so buckets are as good as random


def bucket(customer: ibis.Value) -> ibis.Value:
    """A number 0..1008 made from the key."""
    return (customer.cast("int64").abs() % 1_000_003 * 7919 + 104_729) % BUCKETS


def half(customer: ibis.Value) -> ibis.Value:
    """0 or 1: which half of the base a customer is in; not bound to :func:`sampled`."""
    return (customer.cast("int64").abs() % 999_983 * 6007 + 15_485_863) % 2003 % 2


def sampled(t: ibis.Table, *, of: int, most: int) -> ibis.Table:
    """About ``most`` of the ``of`` customers of a table, or all where there are no more."""
    return t if of <= most else t.filter(bucket(t.customer) < BUCKETS * most // of)
