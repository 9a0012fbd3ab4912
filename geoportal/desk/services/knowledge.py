"""The ledger in memory: read once, then only what was added since."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geoportal.desk.domain.ledger import Entry, facts_of
from geoportal.desk.store.database import DeskDatabase
from geoportal.desk.store.ledger import entries_after
from geoportal.domain.staff_facts import StaffFacts


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The whole ledger at one moment.

    Attributes
    ----------
    newest : int
        Id of its last entry, 0 for none; the ledger is only added to, so it names the state.
    entries : mapping of str to sequence of Entry
        By facility, oldest first.
    """

    newest: int = 0
    entries: Mapping[str, Sequence[Entry]] = field(default_factory=dict)

    def by_present_id(self, redirects: Mapping[str, str]) -> dict[str, list[Entry]]:
        """Return the entries of each facility, those under its former ids with them."""
        joined: dict[str, list[Entry]] = {}
        for facility_id, entries in self.entries.items():
            joined.setdefault(redirects.get(facility_id, facility_id), []).extend(entries)
        return {one: sorted(found, key=lambda entry: entry.id) for one, found in joined.items()}

    def facts(self, centres: Mapping[str, str]) -> list[StaffFacts]:
        """Return what professionals are told of each facility."""
        return [
            facts_of(facility_id, entries, centres, professional=True)
            for facility_id, entries in self.entries.items()
        ]


class KnownLedger:
    """The ledger as one process holds it. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = Knowledge()

    def now(self, database: DeskDatabase) -> Knowledge:
        """Return the present state: what was acknowledged before is in it."""
        with self._lock:
            with database.reading() as connection:
                added = entries_after(connection, self._held.newest)
            if added:
                entries = dict(self._held.entries)
                for entry in added:
                    entries[entry.draft.facility_id] = (
                        *entries.get(entry.draft.facility_id, ()),
                        entry,
                    )
                self._held = Knowledge(added[-1].id, entries)
            return self._held
