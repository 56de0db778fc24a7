"""Hygiene: what in the ledger is no customer's history, how much of it there is, and what was done about it."""
