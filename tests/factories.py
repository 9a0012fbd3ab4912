"""Small builders for the things tests talk about. Overrides say what a test is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from shapely.geometry import MultiPolygon, box

from geoportal.domain.centre import Centre
from geoportal.domain.claim import Claim
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS, Facility, SourceMention
from geoportal.domain.hours import EMPTY_HOURS
from geoportal.domain.location import UNKNOWN_LOCATION, Location
from geoportal.domain.vocabulary import Term, Vocabulary
from geoportal.index.compiling import compile_facilities, in_row_order, stored_rows
from geoportal.index.completeness import Holdings
from geoportal.index.districts import DistrictIndex
from geoportal.index.hierarchy import city_of
from geoportal.index.snapshot import Snapshot
from geoportal.index.terms import Terms
from geoportal.ingest.catalogue import is_fictional
from geoportal.ingest.linking.relations import spot_of
from geoportal.mapped.archive import views
from geoportal.services.portal import shipped_reference

TODAY = date(2026, 11, 22)
KOKURA = (130.8751, 33.8834)
NEEDS = ("VM.REG", "AC.ULCER", "AC.PAIN", "BK.RESPITE", "CAP.OPEN")


def make_claim(code: str, value: str = "yes", **overrides: Any) -> Claim:
    defaults = {"evidence": "survey", "source": "survey", "as_of": "2026-10-01"}
    return Claim(code=code, value=value, **{**defaults, **overrides})


def make_facility(
    facility_id: str = "f1",
    at: tuple[float, float] | None = KOKURA,
    claims: Iterable[Claim] = (),
    **overrides: Any,
) -> Facility:
    """Build a clinic at a surveyed point; ``at=None`` leaves it without a position."""
    location = UNKNOWN_LOCATION if at is None else Location(*at, "point", 50.0, "kaigo")
    defaults: dict[str, Any] = {
        "kind": "clinic",
        "name": f"見本クリニック{facility_id}",
        "kana": "",
        "address": "福岡県北九州市小倉北区見本町1-1",
        "postal_code": "",
        "municipality_code": "40106",
        "phone": "093-000-0000",
        "fax": "",
        "url": "",
        "operator": "",
        "identifiers": {},
        "services": (),
        "beds": None,
        "capacity": None,
        "departments": (),
        "filings": (),
        "hours": EMPTY_HOURS,
        "note": "",
        "location": location,
        "claims": tuple(claims),
        "sources": (SourceMention("kaigo", facility_id, "2026-10-01"),),
        "status": "open",
        "first_seen": "2026-10-01",
        "last_seen": "2026-10-01",
    }
    return Facility(id=facility_id, **{**defaults, **overrides})


def make_vocabulary(codes: Sequence[str] = NEEDS) -> Vocabulary:
    """Return a vocabulary of a few codes; visits, nights and implications are as shipped."""
    shipped = shipped_reference().vocabulary
    terms = [
        Term(
            code=code,
            label_ja=code,
            label_en=code,
            group=code.split(".", maxsplit=1)[0],
            visit_kinds=shipped[code].visit_kinds if code in shipped else (),
            night_kinds=shipped[code].night_kinds if code in shipped else (),
            plausibility=shipped[code].plausibility if code in shipped else (),
        )
        for code in codes
    ]
    implications = [rule for code in codes for rule in shipped.implied_by(code)]
    return Vocabulary(terms, implications, plausibility=shipped_reference().plausibility_rules)


def make_outline(
    code: str, bounds: tuple[float, float, float, float], level: str = "ward"
) -> tuple[District, MultiPolygon]:
    return District(code, f"地区{code}", level), MultiPolygon([box(*bounds)])


def make_snapshot(
    facilities: Iterable[Facility],
    *,
    outlines: Iterable[tuple[District, MultiPolygon]] = (),
    members: dict[str, tuple[str, ...]] | None = None,
    centres: Sequence[Centre] = (),
    today: date = TODAY,
    codes: Sequence[str] = NEEDS,
    held: Mapping[str, Iterable[str]] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Snapshot:
    """Build a snapshot; ``held`` has for each source the scopes that are held, by shipped rules."""
    facilities, vocabulary, reference = (
        list(facilities),
        vocabulary or make_vocabulary(codes),
        shipped_reference(),
    )
    known = {"40106": ("40106",), "40107": ("40107",), "40100": ("40106", "40107")}
    members = known if members is None else members
    districts = DistrictIndex(outlines)
    compiled = compile_facilities(
        stored_rows(in_row_order(facilities)),
        Terms(
            version="test",
            today=today,
            vocabulary=vocabulary,
            districts=districts,
            official=members,
            kind_words=dict.fromkeys(KINDS, ""),
            fictional=is_fictional,
            spot=spot_of,
        ),
    )
    return Snapshot(
        version="test",
        today=today,
        header=compiled.header,
        arrays=views(compiled.arrays),
        vocabulary=vocabulary,
        districts=districts,
        members=members,
        centres=centres,
        holdings=None
        if held is None
        else Holdings(
            reference.source_scopes,
            held,
            compiled.header["listed"],
            compiled.header["invented"],
            city_of=partial(city_of, reference),
            filing_rules=reference.filing_rules,
            vocabulary=vocabulary,
        ),
        waters=reference.waters,
    )
