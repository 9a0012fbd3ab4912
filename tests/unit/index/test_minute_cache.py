"""Values of one minute: worked out once, never shown in another minute or of other data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from geoportal.index.minute_cache import MinuteCache
from geoportal.index.snapshot import Snapshot
from geoportal.services.portal import Portal
from geoportal.services.view import View

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=9)))


def seen_at(snapshot: Snapshot, number: int, now: datetime) -> tuple[int, int, str]:
    """Return what tells one making from another: the data, the number, the minute."""
    return id(snapshot), number, now.astimezone(UTC).strftime("%d %H:%M")


def test_a_value_is_always_that_of_the_data_the_number_and_the_minute_asked_about(
    portal: Portal,
) -> None:
    again = Portal(portal.database, portal.reference, portal.clock)
    snapshots = (portal.view().snapshot, again.view().snapshot)
    questions = st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, 300))

    @given(asked=st.lists(questions, max_size=30))
    def ask(asked: list[tuple[int, int, int]]) -> None:
        board: MinuteCache[tuple[int, int, str]] = MinuteCache()
        for which, number, second in asked:
            now = NOON + timedelta(seconds=second)
            expected = seen_at(snapshots[which], number, now)
            known = board.at(snapshots[which], now)
            assert known.setdefault(number, expected) == expected

    ask()


def test_a_value_is_worked_out_once_a_minute(view: View) -> None:
    board: MinuteCache[int] = MinuteCache()
    values = []
    for place, second in enumerate((0, 10, 59, 60, 61, 0)):
        known = board.at(view.snapshot, NOON + timedelta(seconds=second))
        values.append(known.setdefault(0, place))
    assert values == [0, 0, 0, 3, 3, 5]
