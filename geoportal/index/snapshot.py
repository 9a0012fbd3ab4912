"""The snapshot: everything a question needs, in memory, immutable, made for one dataset and day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import orjson
from numpy.typing import NDArray

from geoportal.domain.centre import Centre
from geoportal.domain.claim import Claim, strongest
from geoportal.domain.facility import KINDS, Facility
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.districts import DistrictIndex
from geoportal.index.points import PointIndex, Rows
from geoportal.index.words import WordIndex
from geoportal.text.normalize import fold, fold_name

_WORD_BITS = 64
_FIELD_GAP = " "


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """The claim chosen to answer for one code, as it stands on the snapshot's day."""

    claim: Claim
    value: str
    stale: bool


class Snapshot:
    """Facilities, districts and centres of one dataset version, as of one day.

    Parameters
    ----------
    version : str
        Dataset version.
    today : date
        The day in Japan against which staleness is judged.
    facilities : iterable of Facility
        All of them, closed ones too.
    vocabulary : Vocabulary
        Fixes the bit of each need.
    districts : DistrictIndex
        Outlines held.
    members : mapping of str to sequence of str
        For every known district code the codes of the municipalities and wards in it (itself for
        those), whether or not an outline is held.
    centres : sequence of Centre
        Consultation centres.
    kind_words : mapping of str to str
        For each kind the words by which people look for it.

    Attributes
    ----------
    facilities : list of Facility
        The open facilities; row numbers everywhere refer to it.
    """

    def __init__(
        self,
        *,
        version: str,
        today: date,
        facilities: Iterable[Facility],
        vocabulary: Vocabulary,
        districts: DistrictIndex,
        members: Mapping[str, Sequence[str]],
        centres: Sequence[Centre],
        kind_words: Mapping[str, str],
    ) -> None:
        everything = list(facilities)
        self.version = version
        self.today = today
        self.vocabulary = vocabulary
        self.districts = districts
        self.centres = tuple(centres)
        self.by_id = {facility.id: facility for facility in everything}
        self.facilities = [f for f in everything if f.status == "open"]
        self.row_of = {facility.id: row for row, facility in enumerate(self.facilities)}
        self._members = members
        self.kinds = np.array([KINDS.index(f.kind) for f in self.facilities], dtype=np.int8)
        self._located = np.array(
            [row for row, f in enumerate(self.facilities) if f.location.known], dtype=np.int64
        )
        self.located = np.zeros(len(self.facilities), dtype=bool)
        self.located[self._located] = True
        self._points = PointIndex(
            [self.facilities[row].location.lon or 0.0 for row in self._located],
            [self.facilities[row].location.lat or 0.0 for row in self._located],
        )
        self.municipality_codes = [self._municipality_of(f) for f in self.facilities]
        self.shown = [shown_claims(f.claims, today) for f in self.facilities]
        self.yes, self.no = self._masks()
        self.tie_keys = np.array([_tie_key(f.id) for f in self.facilities], dtype=np.uint64)
        self._names = WordIndex([name_text(f) for f in self.facilities])
        self._words = WordIndex([search_text(f, kind_words[f.kind]) for f in self.facilities])
        self._rows_by_municipality = self._group_by_municipality()

    def __len__(self) -> int:
        return len(self.facilities)

    def near(
        self, lon: float, lat: float, radius_m: float, allowed: NDArray[np.bool_]
    ) -> tuple[Rows, NDArray[np.float64]]:
        """Return the rows within a radius and their distances; see `PointIndex.within`."""
        rows, metres = self._points.within(lon, lat, radius_m, allowed[self._located])
        return self._located[rows], metres

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows with a position in a box of degrees, edges included."""
        return self._located[self._points.in_box(west, south, east, north)]

    def knows_district(self, code: str) -> bool:
        """Say whether a district code is known at all."""
        return code in self._members or code in self.districts

    def in_district(self, code: str) -> Rows:
        """Return the rows in a district.

        A facility with a published coordinate belongs to the municipality whose outline covers
        it; one without a position, or placed from its address, to the municipality of its address.
        Local areas (日常生活圏域 etc.) hold the facilities whose position they cover.
        """
        if code in self._members:
            groups = [
                self._rows_by_municipality[member]
                for member in self._members[code]
                if member in self._rows_by_municipality
            ]
            return np.sort(np.concatenate(groups)) if groups else np.empty(0, dtype=np.int64)
        return self._rows_by_local_area.get(code, np.empty(0, dtype=np.int64))

    def municipality_of(self, row: int) -> str:
        """Return the code of the municipality or ward a row belongs to, empty when unknown."""
        return self.municipality_codes[row]

    def with_words(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Say for each row whether all words occur in its text (names, kana, address, phone …)."""
        found = np.ones(len(self), dtype=bool)
        for word in words:
            found &= self._words.containing(word)
        return found

    def word_rank(self, words: Sequence[str]) -> NDArray[np.int8]:
        """Rank rows by how well they fit words: 0 all in the name, 1 elsewhere."""
        in_name = np.ones(len(self), dtype=bool)
        for word in words:
            in_name &= self._names.containing(word)
        return np.where(in_name, 0, 1).astype(np.int8)

    def with_identifier(self, number: str) -> Rows:
        """Return the rows that carry an official number."""
        return np.array(self._rows_by_number.get(number, ()), dtype=np.int64)

    def centres_for(self, municipality_code: str) -> list[Centre]:
        """Return the centres responsible for a municipality or ward, liaison centres first."""
        found = [
            centre
            for centre in self.centres
            if any(
                municipality_code in self._members.get(code, (code,)) for code in centre.districts
            )
        ]
        return sorted(found, key=lambda centre: (centre.kind != "liaison_centre", centre.id))

    def need_mask(self, codes: Sequence[str]) -> NDArray[np.uint64]:
        """Return the bit mask of needs, shape (words,)."""
        mask = np.zeros(self._mask_words, dtype=np.uint64)
        for code in codes:
            position = self.vocabulary.position(code)
            mask[position // _WORD_BITS] |= np.uint64(1 << (position % _WORD_BITS))
        return mask

    @property
    def _mask_words(self) -> int:
        return max(1, -(-len(self.vocabulary) // _WORD_BITS))

    def _masks(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        yes = np.zeros((len(self), self._mask_words), dtype=np.uint64)
        no = np.zeros_like(yes)
        for row, shown in enumerate(self.shown):
            for code, item in shown.items():
                if code not in self.vocabulary:
                    continue
                mask = self.need_mask([code])
                if item.value == "yes":
                    yes[row] |= mask
                elif item.value == "no":
                    no[row] |= mask
        return yes, no

    def _municipality_of(self, facility: Facility) -> str:
        location = facility.location
        if location.level == "point" and location.lon is not None and location.lat is not None:
            covering = self.districts.municipality_at(location.lon, location.lat)
            if covering is not None:
                return covering.code
        return facility.municipality_code

    def _group_by_municipality(self) -> dict[str, Rows]:
        groups: dict[str, list[int]] = {}
        for row, code in enumerate(self.municipality_codes):
            groups.setdefault(code, []).append(row)
        return {code: np.array(rows, dtype=np.int64) for code, rows in groups.items()}

    @cached_property
    def _rows_by_number(self) -> dict[str, list[int]]:
        numbers: dict[str, list[int]] = {}
        for row, facility in enumerate(self.facilities):
            for value in set(facility.identifiers.values()):
                numbers.setdefault(value, []).append(row)
        return numbers

    @cached_property
    def _rows_by_local_area(self) -> dict[str, Rows]:
        areas: dict[str, list[int]] = {}
        for row in self._located:
            location = self.facilities[row].location
            for district in self.districts.containing(location.lon or 0.0, location.lat or 0.0):
                if district.code not in self._members:
                    areas.setdefault(district.code, []).append(int(row))
        return {code: np.array(rows, dtype=np.int64) for code, rows in areas.items()}

    @cached_property
    def points_json(self) -> bytes:
        """All markers as compact columns: id, lon, lat, kind index, name."""
        located = [self.facilities[row] for row in self._located]
        return orjson.dumps(
            {
                "version": self.version,
                "kinds": KINDS,
                "id": [f.id for f in located],
                "lon": [round(f.location.lon or 0.0, 6) for f in located],
                "lat": [round(f.location.lat or 0.0, 6) for f in located],
                "kind": [KINDS.index(f.kind) for f in located],
                "name": [f.name for f in located],
            }
        )


def shown_claims(claims: Iterable[Claim], today: date) -> dict[str, ShownClaim]:
    """Choose for each code the claim that answers for it on a day, in order of code."""
    by_code: dict[str, list[Claim]] = {}
    for claim in claims:
        by_code.setdefault(claim.code, []).append(claim)
    shown = {}
    for code in sorted(by_code):
        best = strongest(by_code[code], today)
        if best is not None:
            shown[code] = ShownClaim(best, best.value_on(today), best.stale_on(today))
    return shown


def name_text(facility: Facility) -> str:
    """Return the folded names of a facility."""
    names = (facility.name, facility.kana)
    return _FIELD_GAP.join([*(fold(n) for n in names), *(fold_name(n) for n in names)])


def search_text(facility: Facility, kind_words: str) -> str:
    """Return all folded text of a facility that a search looks through."""
    fields = (
        kind_words,
        facility.address,
        facility.operator,
        *facility.departments,
        *facility.services,
        facility.postal_code,
        facility.phone,
        facility.fax,
        *facility.identifiers.values(),
    )
    folded = (fold(part) for part in fields)
    return _FIELD_GAP.join((name_text(facility), *folded)).replace("\n", _FIELD_GAP)


def _tie_key(facility_id: str) -> int:
    """Return 64 bits that depend on the whole id and nothing else (FNV-1a)."""
    value = 0xCBF29CE484222325
    for byte in facility_id.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value
