"""The garbage collector stands still while tests are collected, for all of that is kept, and works in larger portions after it."""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import Final

import pytest

PORTIONS: Final = (3_000, 20, 50)
"""Python itself begins with 700, 10, 10: what reads all of the source spent half its time in collecting."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*PORTIONS)
        gc.enable()
