"""What a test needs of the machine and does not find: skipped on a developer's, a failure where all must run."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test; fail it where ``REGULARS_TEST_ALL`` is set, as ``.ci/run`` does."""
    if os.environ.get("REGULARS_TEST_ALL"):
        pytest.fail(f"every test was to run, but {what}")
    pytest.skip(what)
