"""The facilities themselves: about 800 records of every kind but the real consultation centres."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from shapely.geometry import MultiPolygon

from making import claims, hours, places, words
from making.towns import Town

Dice = Callable[[str], random.Random]

COUNTS: dict[str, int] = {
    "hospital": 28,
    "clinic": 160,
    "dental_clinic": 76,
    "pharmacy": 108,
    "maternity_home": 5,
    "visiting_nursing": 48,
    "visiting_rehabilitation": 20,
    "home_help": 60,
    "visiting_bathing": 6,
    "night_home_help": 4,
    "regular_visiting": 8,
    "small_multifunctional": 16,
    "nursing_small_multifunctional": 6,
    "day_service": 62,
    "day_rehabilitation": 20,
    "short_stay": 24,
    "care_management": 56,
    "equipment": 18,
    "residential": 34,
    "care_facility": 26,
    "community_support_centre": 24,
}
SCENARIO_WARD = "40106"
# How many facilities of the scenario ward must answer the acceptance scenarios, and the ranks
# they take so that they differ among themselves (機能強化型, 従来型, no 在支診 at all).
SCENARIO_RANKS: dict[str, tuple[int, ...]] = {
    "hospital": (0, 3),
    "clinic": (0, 3, 7, 17),
    "visiting_nursing": (0, 3, 7),
    "pharmacy": (0, 3, 7),
    "home_help": (0, 1, 2),
    "care_management": (0, 1, 2),
    "short_stay": (0, 1),
}
VISITING_KINDS = ("hospital", "clinic")
OUT_OF_RANK = 1000
# The table a medical institution bills by is the third digit of its code; district 95 is no one's.
BILLING_TABLE = {"hospital": 1, "clinic": 1, "dental_clinic": 3, "pharmacy": 4}
NAVII_TYPE = {"hospital": 1, "clinic": 2, "dental_clinic": 3, "maternity_home": 4, "pharmacy": 5}
ISLANDERS = (
    ("clinic", "大字波島"),
    ("pharmacy", "大字波島"),
    ("home_help", "大字波島"),
    ("small_multifunctional", "大字波島"),
    ("clinic", "大字鯛島"),
)
VISITING_CLINICS = claims.VISITING_BOUND["clinic"]
NIGHT_CLINICS = 3
HOSPITAL_BEDS = (48, 60, 85, 99, 120, 150, 180, 206, 240, 312)


@dataclass
class Draft:
    """A facility on the drawing board."""

    kind: str
    serial: int
    ward: str
    rank: int
    scenario: bool
    place: places.Place
    core: tuple[str, str]
    number: str
    fixed: bool = False

    @property
    def key(self) -> str:
        """Name of its own dice."""
        return f"{self.kind}/{self.serial}"


def _ranks(rng: random.Random, kind: str, wards: list[str]) -> dict[int, tuple[int, bool]]:
    """Order the facilities of a kind by how much home care they do.

    Returns
    -------
    dict of int to (int, bool)
        For each place in ``wards`` its rank, and whether it carries an acceptance scenario.
    """
    barred = [
        i for i, ward in enumerate(wards) if kind in VISITING_KINDS and ward == claims.SHORTAGE_WARD
    ]
    slots = SCENARIO_RANKS.get(kind, ())
    carriers = [i for i, ward in enumerate(wards) if ward == SCENARIO_WARD][: len(slots)]
    order = [i for i in range(len(wards)) if i not in barred and i not in carriers]
    rng.shuffle(order)
    for slot, i in zip(slots, carriers, strict=True):
        order.insert(slot, i)
    ranks = {i: (rank, i in carriers) for rank, i in enumerate(order)}
    return ranks | {i: (OUT_OF_RANK + n, False) for n, i in enumerate(barred)}


def _cores(rng: random.Random, kind: str) -> list[tuple[str, str]]:
    """Return invented cores of names in a shuffled order, each once."""
    stems = words.STEMS + (words.SURNAMES if kind in words.DOCTOR_KINDS else ())
    cores = [(p + s, pk + sk) for p, pk in words.PREFIXES for s, sk in stems]
    rng.shuffle(cores)
    return cores


def _draft_kind(
    dice: Dice, kind: str, start: int, towns: list[Town], outlines: dict[str, MultiPolygon]
) -> list[Draft]:
    """Draft all facilities of a kind."""
    wards = places.share_out(COUNTS[kind])
    ranks = _ranks(dice(f"ranks/{kind}"), kind, wards)
    cores = _cores(dice(f"names/{kind}"), kind)
    drafts = []
    for i, ward in enumerate(wards):
        rng = dice(f"place/{kind}/{i}")
        town = places.choose_town(rng, towns, ward)
        serial = start + i
        drafts.append(
            Draft(
                kind=kind,
                serial=serial,
                ward=ward,
                rank=ranks[i][0],
                scenario=ranks[i][1],
                place=places.settle(rng, town, outlines[ward]),
                core=cores[i],
                number=_number(kind, serial),
            )
        )
    return drafts


def _number(kind: str, serial: int) -> str:
    """Return an official-looking number in a range that no office has."""
    if kind in BILLING_TABLE:
        return f"40{BILLING_TABLE[kind]}95{serial:04d}{serial * 7 % 10}"
    if kind in NAVII_TYPE:
        return f"40{NAVII_TYPE[kind]}99000{serial:05d}"
    return f"409999{serial:04d}"


def _move_to_islands(
    drafts: dict[str, list[Draft]], dice: Dice, towns: list[Town], outlines: dict[str, MultiPolygon]
) -> None:
    """Let the last facilities of the scenario ward stand on its islands."""
    for n, (kind, town_name) in enumerate(ISLANDERS):
        free = [d for d in drafts[kind] if d.ward == SCENARIO_WARD and not d.fixed]
        draft = free[-1]
        town = next(town for town in towns if town.name == town_name)
        draft.place = places.settle(dice(f"island/{n}"), town, outlines[draft.ward])
        draft.fixed = True


def _share_sites(drafts: dict[str, list[Draft]]) -> None:
    """Put helpers, care managers and some day services of one body under one roof and number."""
    for ward in places.WARD_SHARE:
        mine = {
            kind: [d for d in drafts[kind] if d.ward == ward and not d.fixed and not d.scenario]
            for kind in ("home_help", "care_management", "day_service")
        }
        sites = min(2, *(len(group) for group in mine.values()))
        for n in range(sites):
            head = mine["home_help"][n]
            guests = [mine["care_management"][n]] + ([mine["day_service"][n]] if n == 0 else [])
            for guest in guests:
                _take_name(guest, head.core, drafts[guest.kind])
                guest.place, guest.number, guest.fixed = head.place, head.number, True
            head.fixed = True


def _take_name(guest: Draft, core: tuple[str, str], group: list[Draft]) -> None:
    """Give a draft another's core name; whoever of its own kind had that takes the old one."""
    for other in group:
        if other.core == core:
            other.core = guest.core
    guest.core = core


def _share_building(drafts: dict[str, list[Draft]]) -> None:
    """Put two clinics on two floors of one building."""
    below, above = [
        d for d in drafts["clinic"] if d.ward == SCENARIO_WARD and not d.fixed and not d.scenario
    ][:2]
    street = below.place.address.split("　")[0]
    below.place = replace(below.place, address=f"{street}　見本医療ビル2階")
    above.place = replace(below.place, address=f"{street}　見本医療ビル3階")
    below.fixed = above.fixed = True


def _pick_practice(rng: random.Random, draft: Draft, record: dict[str, Any]) -> None:
    """Name a clinic after what it is for; on the islands there is the plain 診療所."""
    text, kana = draft.core
    visiting = draft.rank < VISITING_CLINICS
    in_name, in_kana, listed = words.pick_department(rng, visiting)
    forms = words.CLINIC_FORMS
    if visiting and rng.random() < 0.3:
        forms = words.VISITING_CLINIC_FORMS
    form = words.pick(rng, forms)
    if draft.place.town.on_island:
        form, listed = words.CLINIC_FORMS[-1], ("内科", "外科")
    record["name"] = form.text.format(text, department=in_name)
    record["kana"] = form.kana.format(kana, department=in_kana)
    record["departments"] = list(listed[: rng.randint(1, len(listed))])
    if rng.random() < 0.1:
        record["beds"] = rng.choice((6, 12, 19, 19))


def _pick_services(rng: random.Random, draft: Draft, record: dict[str, Any]) -> None:
    """Name the facility and say what it offers."""
    text, kana = draft.core
    if draft.kind == "clinic":
        _pick_practice(rng, draft, record)
        return
    form = words.pick(rng, words.FORMS[draft.kind])
    record["name"], record["kana"] = form.text.format(text), form.kana.format(kana)
    record["services"] = list(form.services)
    if form.capacity:
        record["capacity"] = rng.randint(*form.capacity)
    if draft.kind == "hospital":
        beds = [b for b in HOSPITAL_BEDS if b >= 200 or draft.rank not in claims.BACKUP_RANKS]
        record["beds"] = rng.choice(beds)
        record["departments"] = list(rng.choice(words.HOSPITAL_DEPARTMENTS))
    if draft.kind == "dental_clinic":
        record["departments"] = ["歯科", rng.choice(("小児歯科", "歯科口腔外科", "矯正歯科"))]


def _identify(draft: Draft) -> tuple[str, dict[str, str]]:
    """Return the record id and the official-looking identifiers."""
    ids = {}
    if draft.kind in NAVII_TYPE:
        ids["navii_id"] = f"40{NAVII_TYPE[draft.kind]}99000{draft.serial:05d}"
    if draft.kind in BILLING_TABLE:
        ids["medical_institution_code"] = draft.number
    elif draft.kind not in NAVII_TYPE:
        ids["care_office_number"] = draft.number
    return f"{draft.kind}-{draft.number}", ids


def _reach(rng: random.Random, draft: Draft, record: dict[str, Any]) -> None:
    """Give telephone, fax and web page, all of them nobody's."""
    if rng.random() < 0.98 or draft.scenario:
        record["phone"] = f"093-000-{draft.serial:04d}"
    if rng.random() < 0.75:
        record["fax"] = f"093-001-{draft.serial:04d}"
    if rng.random() < 0.5:
        record["url"] = f"https://example.jp/{draft.kind}/{draft.serial:04d}/"


def _write(dice: Dice, draft: Draft) -> dict[str, Any]:
    """Turn a draft into a record, empties left out."""
    rng = dice(f"facts/{draft.key}")
    record_id, identifiers = _identify(draft)
    record: dict[str, Any] = {
        "source": "sample",
        "record_id": record_id,
        "kind": draft.kind,
        "name": "",
        "kana": "",
        "address": draft.place.address,
        "postal_code": draft.place.town.postal_code,
        "municipality_code": draft.ward,
        "lon": draft.place.lon,
        "lat": draft.place.lat,
        "operator": words.make_operator(dice(f"operator/{draft.number}"), draft.kind),
        "identifiers": identifiers,
    }
    _pick_services(rng, draft, record)
    _reach(rng, draft, record)
    nights = range(VISITING_CLINICS, VISITING_CLINICS + NIGHT_CLINICS)
    at_night = draft.kind == "clinic" and draft.rank in nights
    record["hours"] = hours.make_hours(rng, draft.kind, at_night)
    facts = claims.gather(
        claims.Facts(
            draft.kind,
            draft.ward,
            draft.rank,
            beds=record.get("beds", 0),
            scenario=draft.scenario,
            departments=tuple(record.get("departments", ())),
        ),
        rng,
        [s["day"] for s in record["hours"].get("sessions", ())],
    )
    record["filings"], record["claims"] = facts.filings, facts.claims
    if draft.place.town.on_island:
        record["note"] = "離島にあります。訪問や来所は渡船の時刻によります。"
    return {key: value for key, value in record.items() if value not in ("", [], {}, None)}


def _repeat_names(records: list[dict[str, Any]], kept: set[str]) -> None:
    """Give two pairs of facilities, in different wards, the same name."""
    for kind in ("clinic", "pharmacy"):
        pool = [r for r in records if r["kind"] == kind and r["record_id"] not in kept]
        first = pool[0]
        second = next(r for r in pool if r["municipality_code"] == "40109")
        second |= {"name": first["name"], "kana": first["kana"]}
        if "departments" in first:
            second["departments"] = list(first["departments"])
        kept.update((first["record_id"], second["record_id"]))


def _misplace(records: list[dict[str, Any]], kept: set[str]) -> None:
    """Give three a position outside their ward: the next ward, the open sea, another region."""
    wrong = (
        ("day_service", 130.8192, 33.8748),
        ("clinic", 130.9000, 34.0500),
        ("home_help", 139.7, 35.7),
    )
    for kind, lon, lat in wrong:
        record = next(
            r
            for r in records
            if r["kind"] == kind
            and r["municipality_code"] == "40109"
            and r["record_id"] not in kept
        )
        record |= {"lon": lon, "lat": lat}
        kept.add(record["record_id"])


def _lose_positions(rng: random.Random, records: list[dict[str, Any]], kept: set[str]) -> None:
    """Take away positions: most keep a full address, some stop at the 町, some at the ward."""
    free = [r for r in records if r["record_id"] not in kept]
    lost = rng.sample(free, round(len(records) * 0.06))
    for n, record in enumerate(lost):
        del record["lon"], record["lat"]
        if n < 9:
            record["address"] = places.ward_address(record["municipality_code"])
            record.pop("postal_code")
        elif n < 15:
            record["address"] = _without_house(record["address"])


def _without_house(address: str) -> str:
    """Cut an address after the name of the town."""
    ward_end = address.index("区") + 1
    rest = address[ward_end:]
    cut = next(
        (i for i, c in enumerate(rest) if c.isdigit() or c in "一二三四五六七八九　"), len(rest)
    )
    return address[:ward_end] + rest[:cut]


def make_records(
    dice: Dice, towns: list[Town], outlines: dict[str, MultiPolygon]
) -> list[dict[str, Any]]:
    """Make every record of the sample city.

    Parameters
    ----------
    dice : callable
        Returns the random numbers for a named part.
    towns : list of Town
        The gazetteer.
    outlines : dict of str to MultiPolygon
        Ward outlines, degrees.

    Returns
    -------
    list of dict
        Fields of ``FacilityRecord``; claims and hours carry ``age_days`` in place of dates.
    """
    drafts: dict[str, list[Draft]] = defaultdict(list)
    serial = 1
    for kind, count in COUNTS.items():
        drafts[kind] = _draft_kind(dice, kind, serial, towns, outlines)
        serial += count
    _move_to_islands(drafts, dice, towns, outlines)
    _share_sites(drafts)
    _share_building(drafts)
    everyone = [draft for group in drafts.values() for draft in group]
    records = [_write(dice, draft) for draft in everyone]
    kept = {
        record["record_id"]
        for draft, record in zip(everyone, records, strict=True)
        if draft.fixed or draft.scenario
    }
    _repeat_names(records, kept)
    _misplace(records, kept)
    _lose_positions(dice("lost positions"), records, kept)
    return records
