"""Candidates of a question: rows that fulfil place, kind and text, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from geoportal.index.points import Metres, Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import Bands, Flags, Stated, stated
from geoportal.search.standing import standing


class Known:
    """What is known of m rows of a snapshot for some needs; worked out when it is first read.

    Nothing of it depends on a home but the bands that are given.

    Attributes
    ----------
    rows : ndarray of int, shape (m,)
        Rows of the snapshot, in no particular order.
    stated : Stated
        What is known of the rows for the needs.
    bands : ndarray of int8, shape (m,)
        Match bands: those of what is stated unless given.
    """

    def __init__(
        self, snapshot: Snapshot, rows: Rows, stated: Stated, bands: Bands | None = None
    ) -> None:
        self._snapshot, self.rows, self.stated = snapshot, rows, stated
        self.bands = stated.bands() if bands is None else bands
        self._grades: NDArray[np.float64] | None = None
        self._visits: NDArray[np.int64] | None = None

    @classmethod
    def of_needs(cls, snapshot: Snapshot, rows: Rows, needs: Sequence[str]) -> Known:
        """Return what is known of rows for some needs."""
        return cls(snapshot, rows, stated(snapshot, rows, needs))

    def __len__(self) -> int:
        return int(self.rows.size)

    @property
    def grades(self) -> NDArray[np.float64]:
        """Band and standing of each row as one whole number, the first of an answer least."""
        if self._grades is None:
            place = standing(self._snapshot, self.rows, self.bands, self.stated)
            self._grades = place.grades(self.bands)
        return self._grades

    @property
    def visits(self) -> NDArray[np.int64]:
        """For each row twice its way, see `Stated`, and one more where it visits."""
        if self._visits is None:
            visits = self._snapshot.visiting.take(self.rows)
            self._visits = self.stated.numbers.astype(np.int64) * 2 + visits
        return self._visits


class Candidates:
    """Rows that fulfil every condition but the needs: some of those of which something is known.

    Attributes
    ----------
    known : Known
        Of these rows, and of others.
    places : ndarray of int, shape (m,), or None
        Which of them they are; None = all.
    distances : ndarray of float, shape (m,), or None
        Metres from the origin; None without one.
    kinds : ndarray of bool, shape (kinds,), or None
        The kinds that all rows are known to be of; None = any.
    """

    __slots__ = ("_rows", "distances", "kinds", "known", "places")

    def __init__(
        self,
        known: Known,
        places: Rows | None = None,
        distances: Metres | None = None,
        kinds: Flags | None = None,
    ) -> None:
        self.known, self.places = known, places
        self.distances, self.kinds = distances, kinds
        self._rows: Rows | None = None

    @property
    def size(self) -> int:
        """How many there are."""
        return int((self.known.rows if self.places is None else self.places).size)

    @property
    def rows(self) -> Rows:
        """Rows of the snapshot, in no particular order, shape (m,)."""
        if self.places is None:
            return self.known.rows
        if self._rows is None:
            self._rows = self.known.rows.take(self.places)
        return self._rows

    @property
    def bands(self) -> Bands:
        """Match bands, opening included where a time was asked for, int8 of shape (m,)."""
        return self.known.bands if self.places is None else self.known.bands.take(self.places)

    @property
    def stated(self) -> Stated:
        """What is known of the rows for the needs asked."""
        return self.known.stated if self.places is None else self.known.stated.take(self.places)

    @property
    def grades(self) -> NDArray[np.float64]:
        """See `Known.grades`."""
        return self.known.grades if self.places is None else self.known.grades.take(self.places)

    @property
    def visits(self) -> NDArray[np.int64]:
        """See `Known.visits`."""
        return self.known.visits if self.places is None else self.known.visits.take(self.places)

    def take(self, chosen: Rows | Flags) -> Candidates:
        """Return those that are chosen."""
        at = cast("Rows", chosen)
        if chosen.dtype == np.bool_:
            (at,) = chosen.nonzero()
            if at.size == self.size:
                return self
        places = at if self.places is None else self.places.take(at)
        distances = None if self.distances is None else self.distances.take(at)
        return Candidates(self.known, places, distances, self.kinds)

    def for_needs(self, snapshot: Snapshot, needs: Sequence[str]) -> Candidates:
        """Return the same for some of the needs."""
        known = self.known.stated.of_needs(needs)
        if known is self.known.stated:
            return self
        part = Known(snapshot, self.rows, self.stated.of_needs(needs))
        return Candidates(part, None, self.distances, self.kinds)

    def in_bands(self, snapshot: Snapshot, bands: Bands) -> Candidates:
        """Return the same in other bands, shape (m,)."""
        known = Known(snapshot, self.rows, self.stated, bands)
        return Candidates(known, None, self.distances, self.kinds)
