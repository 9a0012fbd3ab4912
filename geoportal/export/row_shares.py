"""Shares of people in a row of the table of districts, as packs tell them beside their maps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from geoportal.coverage.tables import POSSIBLE, RANKED
from geoportal.coverage.wording import displayed_share, share_range_text

MARKS = ("", POSSIBLE)
"""Ends of keys: sure facilities; and those not known to do it, too."""


def lack_text(row: Mapping[str, Any]) -> str:
    """Return the share of people of 75 and over with none within 2 km: 12%, or 100%〜3%."""
    return share_range_text(*(_lack(row, mark) for mark in MARKS))


def choice_text(row: Mapping[str, Any]) -> str:
    """Return the share of people of 75 and over with two or more within 2 km."""
    return share_range_text(*(_choice(row, mark) for mark in MARKS))


def number_range_text(row: Mapping[str, Any], key: str) -> str:
    """Return a figure with one decimal, as a range where facilities are not known."""
    ends = ["—" if row[f"{key}{mark}"] is None else f"{row[key + mark]:.1f}" for mark in MARKS]
    return ends[0] if ends[0] == ends[1] else "〜".join(ends)


def _lack(row: Mapping[str, Any], mark: str) -> float:
    share = row[f"{RANKED}{mark}"]
    return math.nan if share is None else displayed_share(share, row["pop75"])


def _choice(row: Mapping[str, Any], mark: str) -> float:
    need = row["pop75"]
    if not need:
        return math.nan
    return 1.0 - displayed_share(1.0 - row[f"pop75_with_2_within_2000_m{mark}"] / need, need)
