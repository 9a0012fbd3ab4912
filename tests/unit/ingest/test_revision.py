"""Which of two editions of a municipality is stored, and how the other one is counted."""

import pytest

from geoportal.ingest.revise.revision import Revision
from geoportal.store.town_population import TownSet


def edition(source="town-population", as_of="2025-01-01", rows=5, digest="b"):
    return TownSet("40106", source, as_of, rows, digest)


def test_the_first_edition_is_stored():
    revision = Revision()
    assert revision.supersedes(edition(), None)
    assert (revision.unchanged, revision.older) == (0, 0)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (edition(as_of="2025-01-02", rows=1), edition(rows=9, digest="c")),  # newer before fuller
        (edition(rows=6, digest="a"), edition(digest="c")),  # fuller before the digest
        (edition(digest="c"), edition()),  # the same whatever the order of import
        (
            edition(as_of="2020-01-01"),
            edition("sample", "2026-01-01", 9, "c"),
        ),  # real before invented
    ],
)
def test_the_better_edition_is_stored_whichever_comes_first(better, worse):
    revision = Revision()
    assert revision.supersedes(better, worse)
    assert not revision.supersedes(worse, better)
    assert (revision.unchanged, revision.older) == (worse.row_count, 1)


@pytest.mark.parametrize("stored", [edition(), edition(as_of="2026-01-01")])
def test_the_same_content_again_is_unchanged_and_not_older(stored):
    revision = Revision()
    assert not revision.supersedes(edition(), stored)
    assert (revision.unchanged, revision.older) == (5, 0)
    revision.note_older("municipalities")
    assert revision.issues == []


def test_older_parts_are_noted_once_with_their_number():
    revision = Revision()
    for _ in range(2):
        revision.supersedes(edition(digest="c"), edition(as_of="2026-01-01"))
    revision.note_older("municipalities")
    (issue,) = revision.issues
    assert (issue.code, issue.value) == ("older_edition", "2")
    assert issue.message.startswith("2 municipalities ")
