"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# Time is no law of the product: on a busy machine a deadline fails tests that nothing is wrong with.
settings.register_profile("regulars", deadline=None)
settings.load_profile("regulars")
