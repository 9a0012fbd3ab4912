"""Records as bytes: what comes back is what was there."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from geoportal.domain.claim import Claim
from geoportal.domain.facility import FacilityRecord
from geoportal.domain.filing import Filing
from geoportal.domain.hours import EMPTY_HOURS, Hours, Session
from geoportal.ingest.reading.listed_bytes import ListedRecord, dump_listed, load_listed

HOURS = Hours(
    (Session(0, "09:00", "12:00"), Session(7, "22:00", "05:00", "emergency", "内科")),
    (5, 6),
    (0,),
    ((2, 3),),
    ("12-31",),
    (4,),
    ("08-13",),
    "お盆",
    "2025-06-01",
    "navii-hours",
)
FULL = FacilityRecord(
    *("kaigo", "110-1", "clinic", "見本", "ミホン", "北九州市門司区1-1", "8000000", "40101"),
    *(130.5, 33.5, "block", 12.0, "093-1", "093-2", "h", "法人", {"navii_id": "40"}),
    *(("訪問介護",), 0, 19, ("内科",), ("支援診２",), HOURS, "備考\u3000"),
    (Claim("VM.REG", "yes", "filed", "bureau", "2025-06-01", "2026-01-01", "注"),),
    (Filing("支援診２", "名", "第1号", "2024-01-01", "", "備\n考"), Filing("在医総管")),
    ("40101", "40103"),
    ("40",),
)
BARE = FacilityRecord("navii-facility", "1", "pharmacy", "")


def test_every_attribute_comes_back():
    assert all(getattr(FULL, one.name) != getattr(BARE, one.name) for one in fields(FULL))
    listed = [ListedRecord(2, FULL, "n1", "110/40101"), ListedRecord(9, BARE, "m", "")]
    found = load_listed(dump_listed(listed))
    assert found == listed
    assert repr(found) == repr(listed)
    assert found[1].record.hours is EMPTY_HOURS


@pytest.mark.parametrize("lon", [130, 130.25, None])
def test_numbers_keep_their_type(lon):
    (found,) = load_listed(dump_listed([ListedRecord(1, _at(lon), "a", "b")]))
    assert (type(found.record.lon), found.record.lon) == (type(lon), lon)


def test_a_number_of_numpy_is_a_number():
    (found,) = load_listed(dump_listed([ListedRecord(1, _at(np.float64(130.25)), "a", "b")]))
    assert (type(found.record.lon), found.record.lon) == (float, 130.25)


def _at(lon):
    return FacilityRecord("s", "1", "clinic", "見本", lon=lon)
