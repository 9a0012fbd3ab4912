"""The table of facilities: words for people first, then codes for programs in columns of their own.

Headings and words are rows of ``labels.csv``: the lists ``column``, ``table-word``, ``kind``,
``need``, ``evidence`` and ``source``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from geoportal.domain.claim import NOT_APPLICABLE
from geoportal.domain.dating import day_said
from geoportal.export.hours_words import hours_words
from geoportal.export.wording import Wording
from geoportal.store.reference import Reference

Row = dict[str, Any]

FIRST = ("name", "kind_label", "phone", "fax", "address", "hours")
"""What a table begins with; the needs asked for follow."""
MORE = (
    *(
        "distance_m",
        "drive_label",
        "water_label",
        "visit_range_label",
        "match_label",
        "departments",
        "beds",
        "capacity",
    ),
    *("services", "district", "postal_code", "kana", "url", "operator", "note", "filings"),
    *("location_label", "location_uncertainty_m", "status_label", "first_seen", "last_seen"),
    *("sources", "licence", "fictional"),
)
IDENTIFIERS = ("medical_institution_code", "care_office_number", "navii_id")
CODES = (
    *("id", "kind", "municipality_code", *IDENTIFIERS, "lon", "lat", "location_level"),
    *("location_warnings", "visit_range", "match", "status"),
)
"""Columns of codes; one per need follows, headed by its code: yes, no, unknown, not_applicable."""
FACTS = ("id", "name", "code", "label", "value", "evidence", "source", "as_of", "stale")
FACT_COLUMNS = (*FACTS, "value_label", "evidence_label", "source_label", "derived_from", "rule")
"""Columns of the table of facts, a row for each claim of each facility."""

_SIGNS = {"yes": "○", "no": "×"}


def facility_row(document: dict[str, Any], needs: Sequence[str], words: Wording) -> Row:
    """Return one flat row for a feature with the properties of ``GET /api/v1/facilities/{id}``.

    ``needs`` are those asked for: each gets value, evidence and date in columns of their own.
    """
    about = document["properties"]
    coordinates = (document["geometry"] or {}).get("coordinates", (None, None))
    location = about["location"]
    plain = (*FIRST, *MORE, *CODES)
    return {
        **{key: about.get(key) for key in plain},
        **{scheme: about["identifiers"].get(scheme, "") for scheme in IDENTIFIERS},
        "id": document["id"],
        "kind_label": words.label("kind", about["kind"]),
        "hours": hours_words(about["hours"], words),
        "district": about["district"][0]["name"] if about["district"] else "",
        **{key: words.joined(about[key]) for key in ("services", "departments")},
        "filings": "、".join(about["filings"]),
        "lon": coordinates[0],
        "lat": coordinates[1],
        "location_level": location["level"],
        "location_label": words.say(location["level"] or "unplaced"),
        "location_uncertainty_m": location["uncertainty_m"],
        "location_warnings": " ".join(location["warnings"]),
        "visit_range_label": words.say(about.get("visit_range", "")),
        "drive_label": _drive(about, words),
        "water_label": words.label("water", about["water"]) if about.get("water") else "",
        "match_label": words.say(about.get("match", "")),
        "status_label": words.say("open" if about["status"] == "open" else "closed-status"),
        "sources": words.joined(
            f"{words.label('source', m['source'])} {day_said(m)}" for m in about["sources"]
        ),
        "licence": " ".join(
            attribution_line(words.reference, name) for name in source_names([document])
        ),
        "fictional": words.say("fictional") if about["fictional"] else "",
        **_need_cells(about, needs, words),
        **{f"fact:{code}": _fact(claim, words) for code, claim in about["shown"].items()},
        **{code: need_value(about, code) for code in need_codes(words.reference)},
    }


def _drive(about: dict[str, Any], words: Wording) -> int | str | None:
    """Return the minutes by car, or why there are none; None where no road map is held."""
    if not about.get("drive"):
        return None
    minutes: int | None = about.get("drive_minutes")
    return words.say(f"drive-{about['drive']}") if minutes is None else minutes


def need_value(about: dict[str, Any], code: str) -> str:
    """Return what a feature's properties say of a need: yes, no, unknown or not_applicable."""
    value = str(about["shown"].get(code, {}).get("value", "unknown"))
    if value == "unknown" and code not in about["applicable_needs"]:
        return NOT_APPLICABLE
    return value


@cache
def need_codes(reference: Reference) -> tuple[str, ...]:
    """Return the codes of all needs, in the order of the vocabulary."""
    return tuple(term.code for term in reference.vocabulary if term.need)


def people_columns(rows: Iterable[Row], needs: Sequence[str], words: Wording) -> dict[str, str]:
    """Return the columns in words, key to heading, the facts that any row has last."""
    present = {key for row in rows for key in row}
    asked = {
        f"{part}:{code}": words.label("need", code)
        + (words.label("column", f"need-{part}") if part != "need" else "")
        for code in needs
        for part in ("need", "evidence", "date")
    }
    facts = {
        f"fact:{term.code}": words.label("need", term.code)
        for term in words.reference.vocabulary
        if f"fact:{term.code}" in present and term.code not in needs
    }
    return {
        **{key: words.label("column", key) for key in FIRST},
        **asked,
        **{key: words.label("column", key) for key in MORE},
        **facts,
    }


def code_columns(words: Wording) -> dict[str, str]:
    """Return the columns of codes, key to heading; a need's column is headed by its code."""
    needs = {code: code for code in need_codes(words.reference)}
    return {key: words.label("column", key) for key in CODES} | needs


def fact_rows(features: Iterable[dict[str, Any]], words: Wording) -> list[Row]:
    """Return a row per claim of each feature, derived ones with the rule they follow from."""
    return [
        {
            **{key: claim.get(key) for key in FACTS},
            "id": feature["id"],
            "name": feature["properties"]["name"],
            "label": words.label("need", claim["code"]),
            "value_label": words.say(claim["value"]),
            "evidence_label": words.label("evidence", claim["evidence"]),
            "source_label": words.label("source", claim["source"]),
            "derived_from": claim.get("derived_from", ""),
            "rule": claim["note"],
        }
        for feature in features
        for claim in feature["properties"]["claims"]
    ]


def fact_columns(words: Wording) -> dict[str, str]:
    """Return the columns of `fact_rows`, key to heading."""
    return {key: words.label("column", f"fact-{key}") for key in FACT_COLUMNS}


def source_names(features: Iterable[dict[str, Any]]) -> list[str]:
    """Return the sources that any of the features is from; the roads where minutes are said."""
    about = [feature["properties"] for feature in features]
    names = {mention["source"] for one in about for mention in one["sources"]}
    return sorted(names | {"roads" for one in about if one.get("drive")})


def attribution_line(reference: Reference, source: str) -> str:
    """Return how a source must be named, and its licence."""
    info = reference.sources.get(source)
    return f"{info.attribution}（{info.licence}）" if info else source


def _need_cells(about: dict[str, Any], needs: Sequence[str], words: Wording) -> Row:
    cells: Row = {}
    for code in needs:
        claim = about["shown"].get(code, {"value": "unknown"})
        value, known = need_value(about, code), claim["value"] != "unknown"
        cells[f"need:{code}"] = words.say(value)
        cells[f"evidence:{code}"] = _evidence(claim, words) if known else ""
        cells[f"date:{code}"] = day_said(claim) + _old(claim, words) if known else ""
    return cells


def _fact(claim: dict[str, Any], words: Wording) -> str:
    if claim["value"] == "unknown":
        return words.say("unknown")
    sign = _SIGNS[claim["value"]]
    return f"{sign}（{_evidence(claim, words)} {day_said(claim)}{_old(claim, words)}）"


def _evidence(claim: dict[str, Any], words: Wording) -> str:
    """Return the evidence in words; where it is a conclusion, with the rule's text."""
    said = words.label("evidence", claim["evidence"])
    return f"{said}・{claim['note']}" if claim.get("implied_by") and claim.get("note") else said


def _old(claim: dict[str, Any], words: Wording) -> str:
    return f" {words.say('stale')}" if claim["stale"] else ""
