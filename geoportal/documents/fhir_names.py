"""Names of FHIR R4 (HL7 FHIR 4.0.1) as used here: ids, systems of identifiers, own definitions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from geoportal.domain.facility import CARE_OFFICE_NUMBER, MEDICAL_INSTITUTION_CODE, NAVII_ID

INSTITUTION_SYSTEM: Final = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no"
"""医療機関コード of ten digits in JP Core: prefecture, 点数表, number of seven digits."""
_INSTITUTION_CODE: Final = re.compile(r"\d{10}")
NEED, KIND, EVIDENCE = "need", "facility-kind", "evidence"
"""Code systems, by the id they are published under."""
FACT, NOT_OFFERED, NOT_APPLICABLE = "fact", "not-offered", "not-applicable"
POSITION, HOURS = "position-quality", "hours-source"
"""Extensions, by the id of their definition."""
DISTANCE: Final = "http://hl7.org/fhir/StructureDefinition/location-distance"
_PLAIN: Final = re.compile(r"[A-Za-z0-9-]")
_CODED: Final = re.compile(r"\.([0-9a-f]{2})")


def fhir_id(facility_id: str) -> str:
    """Return a facility's id with letters that FHIR's ids do not have as ``.5f``."""
    return "".join(
        sign if _PLAIN.fullmatch(sign) else "".join(f".{byte:02x}" for byte in sign.encode())
        for sign in facility_id
    )


def facility_id_of(name: str) -> str:
    """Return the facility's id of a FHIR id; the inverse of `fhir_id`."""
    raw = _CODED.sub(lambda found: bytes.fromhex(found[1]).decode("latin-1"), name)
    return raw.encode("latin-1", "replace").decode("utf-8", "replace")


@dataclass(frozen=True)
class Names:
    """Canonical addresses under one root.

    Attributes
    ----------
    root : str
        Scheme and name of the site; empty where its name is not trusted: addresses are relative.
    """

    root: str

    @property
    def base(self) -> str:
        """Address that everything of FHIR is under."""
        return f"{self.root}/fhir"

    def code_system(self, name: str) -> str:
        """Return the address of a code system, the ``system`` of its codes."""
        return f"{self.base}/CodeSystem/{name}"

    def value_set(self, name: str) -> str:
        """Return the address of a value set."""
        return f"{self.base}/ValueSet/{name}"

    def extension(self, name: str) -> str:
        """Return the address of an extension's definition."""
        return f"{self.base}/StructureDefinition/{name}"

    def identifier_system(self, scheme: str, value: str) -> str:
        """Return the ``system`` of an official number.

        A 医療機関コード that has not ten digits is not what JP Core means by its system.
        """
        if scheme == MEDICAL_INSTITUTION_CODE and _INSTITUTION_CODE.fullmatch(value):
            return INSTITUTION_SYSTEM
        return f"{self.base}/NamingSystem/{scheme}"

    @property
    def identifier_systems(self) -> dict[str, str]:
        """Schemes of official numbers by each system they are given under."""
        own = {
            f"{self.base}/NamingSystem/{scheme}": scheme
            for scheme in (MEDICAL_INSTITUTION_CODE, CARE_OFFICE_NUMBER, NAVII_ID)
        }
        return {INSTITUTION_SYSTEM: MEDICAL_INSTITUTION_CODE, **own}
