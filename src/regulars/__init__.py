"""Regulars (熟客): from the history of returning customers to a customer relations strategy.

The front door for programs is :mod:`regulars.api`; the command line is :mod:`regulars.cli`.
"""

__version__ = "0.1.0"
