"""FHIR R4 under ``/fhir``, read-only: facilities for record systems."""
