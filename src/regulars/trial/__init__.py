"""Trials: who is assigned to what, what it did, and what is learned from it. Measures for customers are never judged
without customers left alone."""
