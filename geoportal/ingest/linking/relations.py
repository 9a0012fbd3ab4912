"""Related places: the same institution or address; shown to people, never merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from geoportal.domain.facility import CARE_OFFICE_NUMBER, MEDICAL_INSTITUTION_CODE, Facility
from geoportal.ingest.catalogue import is_fictional
from geoportal.ingest.linking.addresses import address_parts

KINDS: tuple[str, ...] = ("same_institution", "same_address")
"""``same_institution``: the office number of a care service is the institution's code (みなし指定),
or two services have one office number. ``same_address``: the same town and numbers."""
_LEAST_NUMBERS = 2


@dataclass(frozen=True, slots=True)
class Relation:
    """A related place.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    facility_id : str
        The other place.
    """

    kind: str
    facility_id: str


class Relations:
    """Index of related places.

    Fictional facilities are related to nothing.
    """

    def __init__(self, facilities: Iterable[Facility]) -> None:
        self._keys: dict[str, tuple[tuple[str, str], ...]] = {}
        self._members: dict[tuple[str, str], list[str]] = defaultdict(list)
        for facility in facilities:
            keys = tuple(_keys(facility))
            self._keys[facility.id] = keys
            for key in keys:
                self._members[key].append(facility.id)

    def of(self, facility_id: str) -> tuple[Relation, ...]:
        """Return what belongs to a facility, the closest first, then by id; each place once."""
        kinds: dict[str, str] = {}
        for kind, key in self._keys.get(facility_id, ()):
            for other in self._members[kind, key]:
                if other != facility_id:
                    kinds[other] = min(kinds.get(other, kind), kind, key=KINDS.index)
        ordered = sorted(kinds.items(), key=lambda item: (KINDS.index(item[1]), item[0]))
        return tuple(Relation(kind, other) for other, kind in ordered)


def _keys(facility: Facility) -> Iterator[tuple[str, str]]:
    if any(is_fictional(mention.source) for mention in facility.sources):
        return
    numbers = {
        facility.identifiers.get(scheme, "")
        for scheme in (MEDICAL_INSTITUTION_CODE, CARE_OFFICE_NUMBER)
    }
    yield from (("same_institution", number) for number in sorted(numbers - {""}))
    spot = spot_of(facility)
    if spot:
        yield "same_address", spot


def spot_of(facility: Facility) -> str:
    """Return municipality, town and numbers: facilities at one address share them. May be empty."""
    parts = address_parts(facility.address)
    if not parts.town or len(parts.numbers) < _LEAST_NUMBERS or not facility.municipality_code:
        return ""
    numbers = "-".join(map(str, parts.numbers[:3]))
    return f"{facility.municipality_code}/{parts.town}/{numbers}"
