"""Facilities as FHIR R4: each is an Organization, a Location and a HealthcareService of one id.

What is known of needs: a ``characteristic`` for each that is known to be met, the extension
``not-offered`` for each known not to be, nothing for what nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from geoportal.documents import Document
from geoportal.documents.fhir_hours import hours_elements
from geoportal.documents.fhir_names import (
    EVIDENCE,
    FACT,
    HOURS,
    KIND,
    NEED,
    NOT_APPLICABLE,
    NOT_OFFERED,
    POSITION,
    Names,
    fhir_id,
)
from geoportal.domain.claim import HOURS_STALE_AFTER_DAYS
from geoportal.domain.dating import age_days, stated_date
from geoportal.domain.facility import Facility
from geoportal.export.wording import Wording
from geoportal.index.claims import SelectedClaim
from geoportal.index.hierarchy import district_name
from geoportal.index.imports import Days, last_heard, number_of
from geoportal.services.view import View

_CONTACTS: Final = (("phone", "phone"), ("fax", "fax"), ("url", "url"))


@dataclass(frozen=True)
class Resources:
    """Writes the facilities of a view as resources whose addresses begin with ``names``."""

    view: View
    names: Names

    def write(self, kind: str, facility: Facility) -> Document:
        """Return a facility as an Organization, a Location or a HealthcareService."""
        writers: Mapping[str, Callable[[Facility], Document]] = {
            "Organization": self._organization,
            "Location": self._location,
            "HealthcareService": self._service,
        }
        document = {
            "resourceType": kind,
            "id": fhir_id(facility.id),
            "meta": {"lastUpdated": f"{self.last_updated(facility)}T00:00:00+09:00"},
            **writers[kind](facility),
        }
        return {key: value for key, value in document.items() if value not in ("", [], {})}

    def last_updated(self, facility: Facility) -> date:
        """Return the last day on which something said of a facility may have changed.

        That is the last import of a source that lists it, or of outlines or addresses.
        """
        heard = last_heard(facility, self.view.snapshot.imported)
        return date.fromisoformat(max(heard, self._of_places))

    def days_updated(self) -> Days:
        """Return `last_updated` of every row in days since 1970-01-01, int32 of shape (n,)."""
        of_places = number_of(date.fromisoformat(self._of_places))
        days: Days = np.maximum(self.view.snapshot.last_heard, np.int32(of_places))
        return days

    @property
    def _of_places(self) -> str:
        """Last day of import of the sources that list no facility."""
        latest = self.view.snapshot.imported
        others = [day for name, day in latest.items() if name not in self.view.facility_counts]
        oldest = min(latest.values(), default=self.view.snapshot.today.isoformat())
        return max(others, default=oldest)

    @property
    def last_changed(self) -> date:
        """Last day on which anything was imported."""
        days = self.view.snapshot.imported.values()
        return date.fromisoformat(max(days)) if days else self.view.snapshot.today

    def reference(self, kind: str, facility: Facility) -> Document:
        """Return a reference to a facility's resource of a kind."""
        return {"reference": f"{kind}/{fhir_id(facility.id)}", "display": facility.name}

    def kind_concept(self, kind: str) -> Document:
        """Return a facility kind as a CodeableConcept."""
        label = self.view.reference.kinds[kind].label_ja
        system = self.names.code_system(KIND)
        return {"coding": [{"system": system, "code": kind, "display": label}]}

    def _identifiers(self, facility: Facility) -> list[Document]:
        return [
            {"system": self.names.identifier_system(scheme, value), "value": value}
            for scheme, value in sorted(facility.identifiers.items())
            if value
        ]

    def _contacts(self, facility: Facility) -> list[Document]:
        contacts = ((system, getattr(facility, key)) for system, key in _CONTACTS)
        return [
            {"system": system, "value": value, "use": "work"} for system, value in contacts if value
        ]

    def _address(self, facility: Facility) -> Document:
        row = self.view.snapshot.row_of.get(facility.id)
        code = (
            facility.municipality_code if row is None else self.view.snapshot.municipality_of(row)
        )
        info = self.view.reference.municipalities.get(code)
        parts = {
            "text": facility.address,
            "city": info.name if info else "",
            "state": info.prefecture if info else "",
            "postalCode": facility.postal_code,
        }
        known = {key: value for key, value in parts.items() if value}
        return {"use": "work", **known, "country": "JP"} if known else {}

    def _organization(self, facility: Facility) -> Document:
        address = self._address(facility)
        return {
            "identifier": self._identifiers(facility),
            "active": facility.status == "open",
            "type": [self.kind_concept(facility.kind)],
            "name": facility.name,
            "alias": [facility.kana] if facility.kana else [],
            "telecom": self._contacts(facility),
            "address": [address] if address else [],
            "partOf": {"display": facility.operator} if facility.operator else {},
        }

    def _location(self, facility: Facility) -> Document:
        location = facility.location
        return {
            "identifier": self._identifiers(facility),
            "status": "active" if facility.status == "open" else "inactive",
            "name": facility.name,
            "alias": [facility.kana] if facility.kana else [],
            "mode": "instance",
            "type": [self.kind_concept(facility.kind)],
            "telecom": self._contacts(facility),
            "address": self._address(facility),
            "position": {
                "extension": [self._position_quality(facility)],
                "longitude": location.lon,
                "latitude": location.lat,
            }
            if location.known
            else {},
            "managingOrganization": self.reference("Organization", facility),
        }

    def _position_quality(self, facility: Facility) -> Document:
        location = facility.location
        parts: list[Document] = [{"url": "level", "valueCode": location.level or "unknown"}]
        if location.uncertainty_m is not None:
            parts.append({"url": "uncertainty", "valueDecimal": location.uncertainty_m})
        parts += [{"url": "warning", "valueCode": warning} for warning in location.warnings]
        return {"url": self.names.extension(POSITION), "extension": parts}

    def _service(self, facility: Facility) -> Document:
        view = self.view
        row = view.snapshot.row_of.get(facility.id)
        shown = {} if row is None else view.snapshot.selected_claims[row]
        told = {code: one for code, one in shown.items() if code in view.reference.vocabulary}
        return {
            "extension": [*self._refused(facility, told), *self._hours_source(facility)],
            "identifier": self._identifiers(facility),
            "active": facility.status == "open",
            "providedBy": self.reference("Organization", facility),
            "type": [self.kind_concept(facility.kind)],
            "specialty": [{"text": name} for name in facility.departments if name],
            "location": [self.reference("Location", facility)],
            "name": facility.name,
            "comment": facility.note,
            "telecom": self._contacts(facility),
            "coverageArea": [
                {"identifier": {"value": code}, "display": self._district(code)}
                for code in facility.visit_areas
            ],
            "characteristic": [
                self._concept(code) | {"extension": [self._fact(one)]}
                for code, one in told.items()
                if one.value == "yes"
            ],
            **hours_elements(
                facility.hours, view.snapshot.today, view.calendar, Wording(view.reference)
            ),
        }

    def _hours_source(self, facility: Facility) -> list[Document]:
        """Return where the hours are from, and whether they are too old to rely on."""
        hours = facility.hours
        if not hours.known:
            return []
        parts: list[Document] = []
        if hours.source:
            parts.append({"url": "source", "valueString": hours.source})
        day = stated_date(hours.as_of)
        if day:
            parts.append({"url": "date", "valueDate": day})
        age = age_days(hours.as_of, self.view.snapshot.today)
        if age is not None:
            parts.append({"url": "stale", "valueBoolean": age > HOURS_STALE_AFTER_DAYS})
        return [{"url": self.names.extension(HOURS), "extension": parts}] if parts else []

    def _district(self, code: str) -> str:
        return district_name(self.view.reference, self.view.snapshot.districts, code)

    def _refused(self, facility: Facility, told: Mapping[str, SelectedClaim]) -> list[Document]:
        """Return what is known not to be offered, and what cannot be for want of beds.

        The kinds that a need is about are in the code system.
        """
        vocabulary = self.view.reference.vocabulary
        beside = [
            term.code
            for term in (vocabulary if facility.beds == 0 else ())
            if term.need
            and vocabulary.applies_to(term.code, facility.kind)
            and not vocabulary.concerns(term.code, facility)
            and (term.code not in told or told[term.code].value == "unknown")
        ]
        return [
            *(
                {
                    "url": self.names.extension(NOT_OFFERED),
                    "extension": [
                        {"url": "need", "valueCodeableConcept": self._concept(code)},
                        *self._fact(one)["extension"],
                    ],
                }
                for code, one in told.items()
                if one.value == "no"
            ),
            *({"url": self.names.extension(NOT_APPLICABLE), "valueCode": code} for code in beside),
        ]

    def _concept(self, code: str) -> Document:
        label = self.view.reference.label("need", code, "ja")
        system = self.names.code_system(NEED)
        return {"coding": [{"system": system, "code": code, "display": label}]}

    def _fact(self, one: SelectedClaim) -> Document:
        """Return where a fact is from: evidence, source, day, and the rule it follows from."""
        claim = one.claim
        parts: list[Document] = [
            {
                "url": "evidence",
                "valueCoding": {
                    "system": self.names.code_system(EVIDENCE),
                    "code": claim.evidence,
                },
            },
            {"url": "source", "valueString": claim.source},
        ]
        day = stated_date(claim.as_of)
        if day:
            parts.append({"url": "date", "valueDate": day})
        if one.stale is not None:
            parts.append({"url": "stale", "valueBoolean": one.stale})
        if claim.valid_until:
            parts.append({"url": "valid-until", "valueDate": claim.valid_until})
        if one.implied_by:
            parts.append({"url": "derived-from", "valueCode": one.implied_by})
        if claim.note:
            parts.append({"url": "note", "valueString": claim.note})
        return {"url": self.names.extension(FACT), "extension": parts}
