"""What holds for all tests."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Time is no law of the product: on a busy machine a deadline fails tests that nothing is wrong with.
settings.register_profile("regulars", deadline=None, max_examples=50)
settings.load_profile("regulars")


#: Folders and files of tests that take minutes.
LONG = {"engines", "journeys", "test_on_postgres.py", "test_browser.py", "test_abe.py", "test_failing.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: not LONG & set(item.path.parts))
