"""The sample city: loaded once, dated by age, giving way to real geography."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from geoportal.errors import NotFoundError
from geoportal.ingest.pipeline import load_sample
from geoportal.ingest.sources.sample import _claim
from geoportal.services.portal import sample_directory
from geoportal.store.database import dataset_version, open_database
from geoportal.store.outlines import read_outlines
from tests.conftest import NOW
from tests.unit.ingest.official import (
    KOKURA_KITA,
    REFERENCE,
    TODAY,
    TOWNS,
    TOWNS_HEADER,
    by_name,
    content,
    import_into,
    write_boundaries,
    write_csv,
)

CENTRES = REFERENCE.cities_directory / "40100" / "centres.csv"


def load(database, today=TODAY):
    return load_sample(database, REFERENCE, sample_directory(), CENTRES, today=today)


@pytest.fixture
def sample(tmp_path, sample_database):
    """Yield the sample city, loaded on the day of `NOW`."""
    shutil.copytree(sample_database, tmp_path / "sample")
    opened = open_database(tmp_path / "sample" / "city.db")
    yield opened
    opened.engine.dispose()


def test_a_second_load_on_a_later_day_changes_nothing(sample):
    with sample.engine.connect() as connection:
        version = dataset_version(connection)
    before = content(sample)
    again = load(sample, date(2027, 6, 1))
    assert not again.refused
    assert again.dataset_version == version
    assert content(sample) == before
    assert all((f.created, f.updated, f.removed) == (0, 0, 0) for f in again.files)


def test_the_sample_is_marked_and_its_impossible_positions_are_caught(sample):
    found = [f for f in by_name(sample).values() if f.sources[0].source == "sample"]
    assert len(found) > 700
    warnings = [w for facility in found for w in facility.location.warnings]
    assert "outside_municipality" in warnings
    assert "geocoded" in warnings
    assert any(not facility.location.known for facility in found)
    assert max(c.as_of for f in found for c in f.claims) <= NOW.date().isoformat()


@pytest.mark.slow
def test_real_outlines_and_towns_replace_the_samples_whatever_their_date(sample, tmp_path):
    import_into(sample, write_boundaries(tmp_path / "N03_200101.geojson", KOKURA_KITA))
    import_into(sample, write_csv(tmp_path / "towns_20200101.csv", TOWNS_HEADER, TOWNS))
    load(sample)
    with sample.engine.connect() as connection:
        sources = {item.district.code: item.source for item in read_outlines(connection)}
    assert sources["40106"] == "boundary"
    assert sources["40101"] == "sample"


def test_a_missing_file_is_told(database, tmp_path):
    with pytest.raises(NotFoundError, match=r"boundaries\.geojson"):
        load_sample(database, REFERENCE, tmp_path, CENTRES, today=TODAY)


@pytest.mark.parametrize("wrong", [{"value": "maybe"}, {"evidence": "hearsay"}])
def test_a_claim_of_the_sample_has_a_known_value_and_evidence(wrong):
    document = {"code": "VM.REG", "value": "yes", "evidence": "survey", "age_days": 3}
    claim = _claim(document, date(2026, 11, 24))
    assert (claim.as_of, claim.value, claim.evidence) == ("2026-11-21", "yes", "survey")
    with pytest.raises(ValueError, match=r"VM\.REG"):
        _claim(document | wrong, date(2026, 11, 24))
