"""Baseline of a study (PDCA): its figures as JSON, to be compared with later ones.

It contains facilities and sums of people, no person and no home. The same study always gives the
same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from geoportal.coverage.demand import MESH
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.study import Study
from geoportal.coverage.tables import Row, district_rows
from geoportal.domain.dating import outward_day
from geoportal.errors import InputRefusedError
from geoportal.geo.geodesic import distance_m

FORMAT = "geoportal-coverage-baseline/1"
_DEFAULTS: Mapping[str, Mapping[str, str]] = {"question": {"demand": MESH, "local": ""}}
"""Values of entries that older baselines lack."""
_LABELS: Mapping[str, str] = {
    "kinds": "種別",
    "needs": "条件",
    "time": "時間",
    "evidence": "情報の種類",
    "demand": "人口の数え方",
    "local": "地区の分け方",
}

_FACILITY = frozenset({"name", "certain", "lon", "lat", "capacity"})

MOVED_M = 100.0
"""Metres: a facility that is now this far from where it was has moved."""

COMPARED: tuple[str, ...] = (
    "pop75",
    "facilities",
    "per_10000_pop75",
    "within_2000_m",
    "nearest_m",
    "second_nearest_m",
    "floating_catchment",
    "pop75_with_1_within_2000_m",
    "pop75_with_2_within_2000_m",
    "pop75_with_1_within_16000_m",
    "pop75_uncovered_share",
)
"""Figures of a district that are compared."""


def baseline_document(report: CoverageReport) -> dict[str, Any]:
    """Return the baseline of a study: figures, question, and what they were made from."""
    study = report.study
    question, supply = study.question, study.supply
    editions = {edition.code: outward_day(edition.as_of) for edition in study.editions}
    return {
        "format": FORMAT,
        "dataset_version": report.dataset_version,
        "as_of": report.as_of,
        "target": {"code": study.target.code, "name": study.target.name},
        "question": {
            "kinds": list(question.kinds),
            "needs": list(question.needs),
            "time": question.time,
            "evidence": question.evidence,
            "demand": question.demand,
            "local": study.target.local,
        },
        "sources": {line.name: outward_day(line.as_of) for line in report.sources},
        "meshes": {} if study.by_towns else editions,
        "towns": editions if study.by_towns else {},
        "districts": district_rows(study),
        "facilities": {
            supply.ids[n]: {
                "name": supply.names[n],
                "certain": bool(supply.certain[n]),
                "lon": float(supply.places.lon[n]),
                "lat": float(supply.places.lat[n]),
                "capacity": float(supply.capacity[n]),
            }
            for n in sorted(range(len(supply)), key=lambda n: supply.ids[n])
            if study.facility_districts[n] >= 0 or study.catchment_demand[n] > 0
        },
    }


def baseline_bytes(report: CoverageReport) -> bytes:
    """Return the baseline as saved."""
    return orjson.dumps(
        baseline_document(report),
        option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )


def read_baseline(data: bytes) -> dict[str, Any]:
    """Read a saved baseline.

    Raises
    ------
    InputRefusedError
        When it is none.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        document = None
    if (
        not isinstance(document, dict)
        or document.get("format") != FORMAT
        or not _is_complete(document)
    ):
        raise InputRefusedError("this is not a saved coverage baseline (baseline.json of a pack)")
    return document


def _is_complete(document: Mapping[str, Any]) -> bool:
    """Say whether a baseline has every entry that is compared, of the right type."""
    parts = {"target": dict, "question": dict, "facilities": dict, "districts": list}
    if not all(isinstance(document.get(key), kind) for key, kind in parts.items()):
        return False
    rows, facilities = document["districts"], document["facilities"].values()
    return (
        isinstance(document.get("dataset_version"), str)
        and {"code", "name"} <= document["target"].keys()
        and all(isinstance(row, dict) and "district" in row for row in rows)
        and all(isinstance(entry, dict) and entry.keys() >= _FACILITY for entry in facilities)
        and all(type(entry[key]) in (int, float) for entry in facilities for key in ("lon", "lat"))
        and all(isinstance(document.get(key, {}), dict) for key in ("meshes", "towns", "sources"))
    )


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Row]:
    """Return what changed between two baseline documents: figures by district, then the reasons.

    Raises
    ------
    InputRefusedError
        When they are about different districts: nothing to compare.
    """
    if before["target"]["code"] != after["target"]["code"]:
        raise InputRefusedError(
            f"the baseline is about {before['target']['name']} ({before['target']['code']}), not "
            f"{after['target']['name']}"
        )
    earlier = {row["district"]: row for row in before["districts"]}
    rows = [
        _change(row["name"], key, earlier[row["district"]].get(key), row.get(key))
        for row in after["districts"]
        if row["district"] in earlier
        for key in COMPARED
    ]
    return [*rows, *_reasons(before, after)]


def compare_studies(before: Study, after: Study) -> list[Row]:
    """Return what a what-if changes: the figures of every district side by side."""
    earlier = {row["district"]: row for row in district_rows(before)}
    return [
        _change(row["name"], key, earlier[row["district"]][key], row[key])
        for row in district_rows(after)
        for key in COMPARED
    ]


def _change(name: str, what: str, before: Any, after: Any) -> Row:
    both = isinstance(before, int | float) and isinstance(after, int | float)
    return {
        "地区": name,
        "項目": what,
        "前": before,
        "今": after,
        "変化": after - before if both else None,
        "理由": "",
    }


def _reasons(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Row]:
    """Yield what can explain a change: question, data, facilities come, gone, moved, answered."""
    for what, label in (
        ("question", "条件が違う"),
        ("meshes", "人口の版が違う"),
        ("towns", "町丁目人口の版が違う"),
    ):
        yield from _differences(label, _DEFAULTS.get(what, {}) | before.get(what, {}), after[what])
    if "sources" in before:
        yield from _differences("資料の版が違う", before["sources"], after["sources"])
    if before["dataset_version"] != after["dataset_version"]:
        yield _reason("データの版が違う", before["dataset_version"], after["dataset_version"])
    was, now = before["facilities"], after["facilities"]
    for facility_id in sorted(was.keys() | now.keys()):
        reason = _facility_reason(was.get(facility_id), now.get(facility_id))
        if reason:
            name = (now.get(facility_id) or was[facility_id])["name"]
            yield {**_reason(reason, "", ""), "地区": name, "項目": facility_id}


def _differences(label: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Row]:
    """Yield a row per entry that differs between two mappings."""
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            reason = _reason(label, _value_text(old.get(key)), _value_text(new.get(key)))
            yield {**reason, "項目": _LABELS.get(key, key)}


def _value_text(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value)) or "なし"
    return "なし" if value in (None, "") else str(value)


def _facility_reason(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    if old is None or new is None:
        return "新しく数えるようになった" if old is None else "数えなくなった"
    if old["certain"] != new["certain"]:
        return "対応できるとわかった" if new["certain"] else "対応できるかわからなくなった"
    if distance_m(old["lon"], old["lat"], new["lon"], new["lat"]) >= MOVED_M:
        return "位置が変わった"
    return "定員が変わった" if old["capacity"] != new["capacity"] else ""


def _reason(text: str, before: str, after: str) -> Row:
    return {"地区": "", "項目": "", "前": before, "今": after, "変化": None, "理由": text}
