"""One suite for both databases: what is written is read back, and answers are the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import shapely
import sqlalchemy as sa

from geoportal.domain.district import District
from geoportal.domain.query import Query
from geoportal.domain.station import Station
from geoportal.errors import BusyError, GeoportalError, NotFoundError
from geoportal.ingest.pipeline import load_sample
from geoportal.services.portal import Portal, sample_directory, shipped_reference
from geoportal.store.database import Database, dataset_version, import_lock, open_database
from geoportal.store.outlines import StoredOutline, read_outlines, write_outlines
from geoportal.store.stations import StationSet, read_stations, replace_stations
from geoportal.store.town_population import (
    UNPLACED,
    HeldTown,
    TownPeople,
    TownPlace,
    TownSet,
    read_town_sets,
    read_towns,
    remove_towns,
    replace_towns,
    write_town_places,
)
from geoportal.store.town_population import content_hash as town_hash
from tests.postgres import POSTGRES

TODAY = date(2026, 11, 22)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request, tmp_path) -> Iterator[Database]:
    if request.param == "postgres":
        if not POSTGRES:
            pytest.skip("no PostgreSQL: GEOPORTAL_TEST_POSTGRES is not set")
        yield request.getfixturevalue("postgres_database")
        return
    opened = open_database(tmp_path / "city.db", create=True)
    yield opened
    opened.engine.dispose()


def load(database: Database):
    reference = shipped_reference()
    centres = reference.cities_directory / "40100" / "centres.csv"
    return load_sample(database, reference, sample_directory(), centres, today=TODAY)


@pytest.mark.slow
@pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_the_sample_city_is_loaded_once_and_answers(database):
    """On SQLite most tests ask it, and `test_sample` loads it again."""
    load(database)
    view = Portal(database, shipped_reference()).view()
    answer = view.search(Query(districts=("40106",), kinds=("clinic",), limit=500))
    assert answer.number_matched > 20
    version = view.snapshot.version
    found = view.geocode("見本中央駅")
    assert (found.status, found.municipality_code) == ("ok", "40106")
    load(database)
    with database.engine.connect() as connection:
        assert dataset_version(connection) == version


def test_stations_are_read_back_as_they_were_written_and_replaced_whole(database):
    long = tuple(("架空鉄道", f"{number}号線") for number in range(9))
    stations = [
        Station("b", "髙﨑ヶ丘", 130.123456, 33.654321, 41, long),
        Station("B", "無人", 139.999999, 35.000001, 0),
        Station("あ", "<b>\"'", 131.0, 33.0, 2000, (("", "線"),)),
    ]
    with database.engine.begin() as connection:
        assert read_stations(connection) == (None, [])
        replace_stations(connection, "stations", "2022-12-31", stations)
    with database.engine.connect() as connection:
        edition, held = read_stations(connection)
    assert held == [stations[1], stations[0], stations[2]]
    assert edition == StationSet.of("stations", "2022-12-31", stations)
    with database.engine.begin() as connection:
        replace_stations(connection, "stations", "2023-12-31", stations[:1])
        assert read_stations(connection)[1] == stations[:1]
        replace_stations(connection, "stations", "2023-12-31", [])
        assert read_stations(connection) == (None, [])


def test_towns_keep_their_people_their_unknowns_and_their_places(database):
    known = TownPeople("40106", "城内", 120, 40, 20, 6)
    hidden = TownPeople("40106", "大手町", 3, None, None, None)
    edition = TownSet("40106", "town-population", "2025-01-31", 2, town_hash([known, hidden]))
    place = TownPlace(130.8751, 33.8834, "town", 350.5, "40106", "")
    with database.engine.begin() as connection:
        replace_towns(connection, edition, [known, hidden])
        write_town_places(connection, [HeldTown(known, place)])
    with database.engine.connect() as connection:
        assert read_town_sets(connection) == [edition]
        assert read_towns(connection) == [HeldTown(known, place), HeldTown(hidden, UNPLACED)]
        assert read_towns(connection, ["40107"]) == []
    with database.engine.begin() as connection:
        replace_towns(connection, replace(edition, row_count=1), [hidden])
        assert read_towns(connection, ["40106"]) == [HeldTown(hidden, UNPLACED)]
        remove_towns(connection, "40106")
        assert (read_towns(connection), read_town_sets(connection)) == ([], [])


@pytest.mark.parametrize("kind", ["Z", "M", "ZM"])
def test_an_outline_is_stored_without_heights(database, kind):
    corners = ["130.8 33.8 5 6", "130.9 33.8 5 6", "130.9 33.9 5 6", "130.8 33.8 5 6"]
    numbers = 4 if kind == "ZM" else 3
    ring = ", ".join(" ".join(corner.split()[:numbers]) for corner in corners)
    outline = StoredOutline(
        District("40106", "小倉北区", "ward", "40100", "北九州市小倉北区"),
        shapely.from_wkt(f"MULTIPOLYGON {kind} ((({ring})))"),
        "boundary",
        "2026-04-01",
    )
    with database.engine.begin() as connection:
        write_outlines(connection, [outline])
        (held,) = read_outlines(connection)
    assert held.geometry.wkt == "MULTIPOLYGON (((130.8 33.8, 130.9 33.8, 130.9 33.9, 130.8 33.8)))"
    assert held.content_hash == outline.content_hash


def test_only_one_import_at_a_time(database):
    with import_lock(database), pytest.raises(BusyError), import_lock(database):
        pass
    with import_lock(database):
        pass


def test_migrating_twice_changes_nothing(database):
    tables = set(sa.inspect(database.engine).get_table_names())
    url = database.engine.url.set(drivername=database.engine.dialect.name)
    location = url.database if database.is_sqlite else url.render_as_string(hide_password=False)
    again = open_database(str(location), create=True)
    assert set(sa.inspect(again.engine).get_table_names()) == tables
    again.engine.dispose()


def test_a_missing_database_names_the_way_out(tmp_path):
    with pytest.raises(NotFoundError, match="init"):
        open_database(tmp_path / "none.db")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "text.db"
    path.write_text("not a database, but long enough to be looked at" * 40, encoding="utf-8")
    with pytest.raises(GeoportalError, match="database"):
        open_database(path)


def test_other_servers_are_refused():
    with pytest.raises(GeoportalError, match="postgresql"):
        open_database("mysql://root@127.0.0.1/x")
