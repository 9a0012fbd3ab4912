"""Units of record linkage: all records under one own id, with their comparison fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.made_quickly import made_quickly
from geoportal.ingest.catalogue import is_fictional, lists_facilities, source_named
from geoportal.ingest.linking.addresses import AddressParts, address_parts
from geoportal.ingest.linking.names import NameForms, name_forms
from geoportal.ingest.linking.numbers import derived_number, official_numbers

FAMILIES = {"hospital": "medical", "clinic": "medical"}
"""Kinds compared with one another; every other kind only with itself."""

_SERVICE = re.compile(r"(?:k|mc-)(\d{3})-")


class LinkageRecord(Protocol):
    """A stored record as far as linking needs it; see `geoportal.store.facilities.StoredRecord`."""

    @property
    def record(self) -> FacilityRecord:
        """What the source says."""

    @property
    def own_id(self) -> str:
        """The id its source gives it."""

    @property
    def closed_on(self) -> str:
        """ISO date of the edition that no longer lists it; empty while listed."""

    @property
    def key(self) -> tuple[str, str]:
        """Source and record id."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Unit:
    """All records of one own id, as comparison fields.

    Attributes
    ----------
    id : str
        The id the source gives (``n4011400003450``, ``k130-4067790001``).
    block : str
        Family of kinds and prefecture; only units of one block are compared.
    areas : frozenset of str
        Municipality codes.
    sources : frozenset of str
        Those that list places.
    service : str
        Code of the care service (サービス種類) that the id is of; empty for others.
    kinds : frozenset of str
        Kinds that are certain; empty when all are guesses.
    likely_kinds : frozenset of str
        All kinds, guesses too.
    numbers : dict of str to set of str
        Official numbers by scheme.
    derived : frozenset of str
        Institution codes read out of other numbers.
    names : tuple of NameForms
        Empty when no source gives one (departments only): such a unit is linked by number alone.
    kanas : tuple of str
    addresses : tuple of AddressParts
    postal_codes, phones, services : frozenset of str
        Phones: digits of telephone and fax.
    points : tuple of (float, float)
        Published positions, longitude first.
    open : bool
        Whether a record is listed still.
    """

    id: str
    block: str
    areas: frozenset[str]
    sources: frozenset[str]
    service: str
    kinds: frozenset[str]
    likely_kinds: frozenset[str]
    numbers: dict[str, set[str]]
    derived: frozenset[str]
    names: tuple[NameForms, ...]
    kanas: tuple[str, ...]
    addresses: tuple[AddressParts, ...]
    postal_codes: frozenset[str]
    phones: frozenset[str]
    services: frozenset[str]
    points: tuple[tuple[float, float], ...]
    open: bool


def link_block(record: FacilityRecord) -> str:
    """Return the block a record is linked in, empty when it is never linked.

    Family of kinds and prefecture, so that one prefecture's import does not compare another's;
    every official number begins with the prefecture.
    """
    if is_fictional(record.source):
        return ""
    family = FAMILIES.get(record.kind, record.kind)
    numbers = (number for _, number in official_numbers(record))
    return f"{family}/{(record.municipality_code or next(numbers, ''))[:2]}"


def kind_is_sure(record: FacilityRecord) -> bool:
    """Return whether a source really states the kind."""
    source = source_named(record.source)
    return source is None or record.kind not in source.guessed_kinds


def make_units(stored: Iterable[LinkageRecord]) -> list[Unit]:
    """Group all records of some ids, in any order, by own id; return units ordered by id."""
    groups: dict[str, list[LinkageRecord]] = {}
    for stored_record in sorted(stored, key=lambda stored_record: stored_record.key):
        groups.setdefault(stored_record.own_id, []).append(stored_record)
    return [make_unit(id_, groups[id_]) for id_ in sorted(groups)]


def make_unit(id_: str, stored: Sequence[LinkageRecord]) -> Unit:
    """Put the records of one id together; closed ones count only when none is open."""
    listed = [stored_record for stored_record in stored if not stored_record.closed_on]
    records = [stored_record.record for stored_record in listed or stored]
    numbers: dict[str, set[str]] = {}
    for stored_record in stored:
        for scheme, number in official_numbers(stored_record.record):
            numbers.setdefault(scheme, set()).add(number)
    blocks = {link_block(stored_record.record) for stored_record in stored}
    return Unit(
        id=id_,
        block="" if "" in blocks else max(blocks),
        areas=frozenset(record.municipality_code for record in records) - {""},
        sources=frozenset(
            filter(lists_facilities, (stored_record.record.source for stored_record in stored))
        ),
        service=service[1] if (service := _SERVICE.match(id_)) else "",
        kinds=frozenset(record.kind for record in records if kind_is_sure(record)),
        likely_kinds=frozenset(record.kind for record in records),
        numbers=numbers,
        derived=frozenset(map(derived_number, records)) - {""},
        names=tuple(dict.fromkeys(name_forms(record.name) for record in records if record.name)),
        kanas=tuple(dict.fromkeys(record.kana for record in records if record.kana)),
        addresses=tuple(dict.fromkeys(address_parts(r.address) for r in records if r.address)),
        postal_codes=frozenset(re.sub(r"\D", "", r.postal_code) for r in records) - {""},
        phones=frozenset(
            number for record in records for number in map(_digits, (record.phone, record.fax))
        )
        - {""},
        services=frozenset(service for record in records for service in record.services),
        points=tuple(
            dict.fromkeys(
                (record.lon, record.lat)
                for record in records
                if record.lon is not None and record.lat is not None
            )
        ),
        open=bool(listed),
    )


def _digits(phone: str) -> str:
    """Return the digits of a complete telephone number, else nothing."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    return digits if len(digits) in (10, 11) and digits.startswith("0") else ""
