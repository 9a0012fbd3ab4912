"""What is set for all tests, and their order. What they are given is in `tests.cities`."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import settings

from geoportal.domain.hours import JST
from tests.rounds import IS_LONG, examples

BuildOnce = Callable[[str, Callable[[Path], None]], Path]
settings.register_profile("suite", deadline=None, max_examples=examples(100))
settings.load_profile("suite")

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=JST)  # a Tuesday, not a holiday
_TESTS = Path(__file__).parent
_LONG = {"e2e": 0, "accuracy": 1, "acceptance": 2, "cli": 3}
HOSTILE = "<script>alert(1)</script>&\"'=cmd|' /C calc'!A0"


def pytest_configure(config: pytest.Config) -> None:
    """Load the program where tests are collected: not where they are handed out to workers."""
    hands_out = config.getoption("dist", "no") != "no" and not config.option.collectonly
    if hasattr(config, "workerinput") or not hands_out:
        config.pluginmanager.import_plugin("tests.cities")


def pytest_collection_finish() -> None:
    """Look for unreachable cycles seldom, and not among what is loaded: a third of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)


def pytest_report_header() -> str:
    """Say what is not among the tests."""
    return "" if IS_LONG else "left out: what takes long (make long)"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the longest come first, so that no worker is left with them alone at the end.

    What takes long is no test of this run unless it is asked for: a thousand that are skipped
    take as long as many that are run.
    """
    rooms = {path: path.relative_to(_TESTS).parts[0] for path in {item.path for item in items}}
    left: list[pytest.Item] = []
    tests, slow = Counter[Path](), Counter[Path]()
    for item in items:
        if rooms[item.path] in _LONG:
            item.add_marker(pytest.mark.slow)
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if is_property and IS_LONG:
            item.add_marker(pytest.mark.long)  # once more, with all of its examples
        elif not IS_LONG and item.get_closest_marker("long"):
            left.append(item)
            continue
        tests[item.path] += 1
        slow[item.path] += item.get_closest_marker("slow") is not None

    def place(item: pytest.Item) -> tuple[int, int, int]:
        room = _LONG.get(rooms[item.path], len(_LONG))
        return room, -slow[item.path], -tests[item.path]

    if left:
        config.hook.pytest_deselected(items=left)
        gone = set(left)
        items[:] = [item for item in items if item not in gone]
    items.sort(key=place)
