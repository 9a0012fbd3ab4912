"""Facilities as records of HSDS 3 (Human Services Data Specification, Open Referral).

Each facility is an organization, a location, a service and a service at a location, of one UUID.
Only what is known is said: a need known to be met is an attribute; one known not to be met is
none, nor is what nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from geoportal.documents import Document
from geoportal.documents.hsds_schedules import schedules_of
from geoportal.documents.hsds_terms import KIND, NEED, term
from geoportal.documents.schema_org import EXACT_LEVELS
from geoportal.domain.dating import day_words
from geoportal.domain.facility import Facility
from geoportal.export.wording import Wording
from geoportal.index.claims import SelectedClaim
from geoportal.index.hierarchy import district_name
from geoportal.index.uuids import uuid_of
from geoportal.services.view import View

_PHONES: Final = (("voice", "phone"), ("fax", "fax"))
_WEB: Final = ("https://", "http://")


@dataclass(frozen=True)
class Records:
    """Writes the facilities of a view as records."""

    view: View

    def write(
        self, table: str, facility: Facility, *, full: bool, full_service: bool = False
    ) -> Document:
        """Return a facility as a record of a table.

        ``full``: with everything that belongs to it; else with what it has one of alone.
        ``full_service``: the services of a full organization are full.
        """
        if table == "organizations" and full:
            return self._full_organization(facility, full_service)
        writers: Mapping[tuple[str, bool], Callable[[Facility], Document]] = {
            ("organizations", False): self._organization,
            ("locations", False): self._location,
            ("locations", True): self._full_location,
            ("services", False): self._listed_service,
            ("services", True): self._full_service,
            ("service_at_locations", False): self._listed_place,
            ("service_at_locations", True): self._full_place,
        }
        return writers[table, full](facility)

    def _organization(self, facility: Facility) -> Document:
        description = self._words.label("kind", facility.kind)
        if facility.operator:
            description += f"（{self._words.label('column', 'operator')}：{facility.operator}）"
        return _known(
            {
                "id": str(uuid_of(facility.id)),
                "name": facility.name,
                "alternate_name": facility.kana,
                "description": description,
                "website": _website(facility),
            }
        )

    def _full_organization(self, facility: Facility, full_service: bool) -> Document:
        own = uuid_of(facility.id)
        identifiers = [
            {
                "id": str(uuid5(own, f"identifier/{scheme}")),
                "organization_id": str(own),
                "identifier_scheme": scheme,
                "identifier_type": self._words.label("column", scheme),
                "identifier": value,
            }
            for scheme, value in sorted(facility.identifiers.items())
            if value
        ]
        services = self._full_service if full_service else self._service
        return self._organization(facility) | _known(
            {
                "phones": _phones(facility, "organization_id"),
                "organization_identifiers": identifiers,
                "locations": [self._full_location(facility)],
                "services": [services(facility)],
            }
        )

    def _location(self, facility: Facility) -> Document:
        """Return a location; its position only where it is that of the building or block."""
        exact = facility.location.known and facility.location.level in EXACT_LEVELS
        return _known(
            {
                "id": str(uuid_of(facility.id)),
                "location_type": "physical",
                "organization_id": str(uuid_of(facility.id)),
                "name": facility.name,
                "alternate_name": facility.kana,
                "latitude": facility.location.lat if exact else None,
                "longitude": facility.location.lon if exact else None,
            }
        )

    def _full_location(self, facility: Facility) -> Document:
        return self._location(facility) | _known(
            {"addresses": self._addresses(facility), "phones": _phones(facility, "location_id")}
        )

    def _addresses(self, facility: Facility) -> list[Document]:
        """Return the address; the specification wants its parts even where they are not known."""
        if not facility.address:
            return []
        row = self.view.snapshot.row_of.get(facility.id)
        code = (
            facility.municipality_code if row is None else self.view.snapshot.municipality_of(row)
        )
        info = self.view.reference.municipalities.get(code)
        own = uuid_of(facility.id)
        return [
            {
                "id": str(uuid5(own, "address")),
                "location_id": str(own),
                "address_1": facility.address,
                "city": info.name if info else "",
                "state_province": info.prefecture if info else "",
                "postal_code": facility.postal_code,
                "country": "JP",
                "address_type": "physical",
            }
        ]

    def _service(self, facility: Facility) -> Document:
        label = self._words.label
        said = [label("kind", facility.kind)]
        said += [
            f"{label('column', name)}：{self._words.joined(values)}"
            for name, values in (
                ("services", facility.services),
                ("departments", facility.departments),
            )
            if values
        ]
        return _known(
            {
                "id": str(uuid_of(facility.id)),
                "organization_id": str(uuid_of(facility.id)),
                "name": facility.name,
                "alternate_name": facility.kana,
                "description": "\n".join([*said, facility.note] if facility.note else said),
                "url": _website(facility),
                "status": "active" if facility.status == "open" else "inactive",
            }
        )

    def _listed_service(self, facility: Facility) -> Document:
        return self._service(facility) | {"organization": self._organization(facility)}

    def _full_service(self, facility: Facility) -> Document:
        place = self._place(facility) | {"location": self._full_location(facility)}
        return (
            self._listed_service(facility)
            | self._details(facility)
            | {"service_at_locations": [place]}
        )

    def _place(self, facility: Facility) -> Document:
        own = str(uuid_of(facility.id))
        return {"id": own, "service_id": own, "location_id": own}

    def _listed_place(self, facility: Facility) -> Document:
        return self._place(facility) | {
            "location": self._location(facility),
            "service": self._listed_service(facility),
        }

    def _full_place(self, facility: Facility) -> Document:
        return (
            self._place(facility)
            | self._details(facility)
            | {
                "location": self._full_location(facility),
                "service": self._listed_service(facility) | self._details(facility),
            }
        )

    def _details(self, facility: Facility) -> Document:
        """Return what a service has several of."""
        own, snapshot = uuid_of(facility.id), self.view.snapshot
        areas = [
            {
                "id": str(uuid5(own, f"area/{code}")),
                "service_id": str(own),
                "name": district_name(self.view.reference, snapshot.districts, code),
            }
            for code in facility.visit_areas
        ]
        return _known(
            {
                "phones": _phones(facility, "service_id"),
                "schedules": schedules_of(facility.hours, snapshot.today, self._words, own),
                "service_areas": areas,
                "attributes": self._attributes(facility, own),
            }
        )

    def _attributes(self, facility: Facility, own: UUID) -> list[Document]:
        row = self.view.snapshot.row_of.get(facility.id)
        shown = {} if row is None else self.view.snapshot.selected_claims[row]
        return [
            self._attribute(own, KIND, facility.kind),
            *(
                self._attribute(own, NEED, code) | {"value": "yes", "label": self._evidence(one)}
                for code, one in shown.items()
                if one.value == "yes" and code in self.view.reference.vocabulary
            ),
        ]

    def _attribute(self, own: UUID, taxonomy: str, code: str) -> Document:
        described = term(self.view.reference, taxonomy, code)
        return {
            "id": str(uuid5(own, f"attribute/{taxonomy}/{code}")),
            "link_id": str(own),
            "link_entity": "service",
            "link_type": taxonomy,
            "taxonomy_term_id": described["id"],
            "taxonomy_term": described,
        }

    def _evidence(self, one: SelectedClaim) -> str:
        """Return where a fact is from in words: evidence, source, day, the rule it follows from."""
        claim, label = one.claim, self._words.label
        said = (label("evidence", claim.evidence), label("source", claim.source))
        return self._words.joined(filter(None, (*said, day_words(claim.as_of), claim.note)))

    @property
    def _words(self) -> Wording:
        return Wording(self.view.reference)


def _phones(facility: Facility, owner: str) -> list[Document]:
    own = uuid_of(facility.id)
    return [
        {
            "id": str(uuid5(own, f"phone/{kind}/{owner}")),
            owner: str(own),
            "number": number,
            "type": kind,
        }
        for kind, name in _PHONES
        if (number := getattr(facility, name))
    ]


def _website(facility: Facility) -> str:
    return facility.url if facility.url.startswith(_WEB) else ""


def _known(record: Document) -> Document:
    return {key: value for key, value in record.items() if value not in ("", None, [])}
