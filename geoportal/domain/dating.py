"""Days of editions (時点): the publisher's date, or unknown with the day of import.

A day is text that sorts as editions take precedence: an ISO date such as ``2025-06-01``, or
``0000-2026-11-29`` for an edition whose date nobody knows and that was imported on 2026-11-29.
So an edition of unknown date never takes precedence over a dated one, and of two of unknown date
the one that was imported on the later day does. Empty text is no edition at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

UNDATED: Final = "0000-"
"""What the day of an edition of unknown date begins with."""

_OUTWARD: Final = "imported-"


def undated(imported: date) -> str:
    """Return the day of an edition of unknown date that was imported on this day, in Japan."""
    return f"{UNDATED}{imported.isoformat()}"


def imported_on(as_of: str) -> str:
    """Return the ISO date on which an edition of unknown date was imported, empty for others."""
    return as_of.removeprefix(UNDATED) if as_of.startswith(UNDATED) else ""


def stated_date(as_of: str) -> str | None:
    """Return the publisher's ISO date, None when it is unknown."""
    return as_of if as_of and not as_of.startswith(UNDATED) else None


def dated(as_of: str) -> dict[str, Any]:
    """Return a day of an edition as answers carry it: ``as_of``, an ISO date or None.

    When the date is unknown ``imported_at`` says on which day the edition was imported.
    """
    imported = imported_on(as_of)
    return {"as_of": stated_date(as_of), **({"imported_at": imported} if imported else {})}


@lru_cache(maxsize=4_096)
def age_days(as_of: str, today: date) -> int | None:
    """Return the days since the publisher's date, None when it is unknown."""
    stated = stated_date(as_of)
    return (today - date.fromisoformat(stated)).days if stated else None


def is_surely_later(as_of: str, than: str) -> bool:
    """Say whether one edition is known to be later than another.

    What was imported by a day was published before any date after it. Nothing tells whether an
    edition of unknown date is later than a dated one.

    Examples
    --------
    >>> is_surely_later("2025-12-01", "2025-06-01")
    True
    >>> is_surely_later("0000-2026-11-29", "2025-06-01")
    False
    >>> is_surely_later("2026-12-01", "0000-2026-11-29")
    True
    """
    if stated_date(as_of) is None and stated_date(than) is not None:
        return False
    return (imported_on(as_of) or as_of) > (imported_on(than) or than)


def day_words(as_of: str) -> str:
    """Return a day as Japanese text of files and the terminal: ISO date, or that it is unknown."""
    return day_said({"as_of": stated_date(as_of), "imported_at": imported_on(as_of)})


def day_said(document: Mapping[str, Any]) -> str:
    """Return the same of a document with ``as_of`` and, if that is None, ``imported_at``."""
    imported = document.get("imported_at")
    return document["as_of"] or (f"時点不明（{imported} 取込）" if imported else "時点不明")


def outward_day(as_of: str) -> str:
    """Return a day as requests and answers name an edition: ``imported-2026-11-29`` if undated."""
    imported = imported_on(as_of)
    return f"{_OUTWARD}{imported}" if imported else as_of


def inward_day(named: str) -> str:
    """Return the day that a request names; the inverse of `outward_day`."""
    return f"{UNDATED}{named.removeprefix(_OUTWARD)}" if named.startswith(_OUTWARD) else named
