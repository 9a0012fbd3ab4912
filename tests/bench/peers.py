"""Other ways of answering the question of `tests.bench.bench_search`: what people would else use.

Each is a context manager over the points that yields, for a radius in metres, a function from
longitude and latitude to how many match and how many refuse, or None where it is not installed.
``make bench-peers`` installs what a machine lacks.
"""

from __future__ import annotations

import contextlib
import getpass
import importlib.util
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas
import numpy as np
from pyproj import Geod
from shapely.geometry import box

from geoportal.domain.facility import KINDS
from geoportal.index.columns import NO, YES

NEEDS = ("VM.REG", "AC.ULCER")
ASKED_KINDS = ("clinic", "hospital")
PAGE = 20
Ask = Callable[[float, float], tuple[int, int]]
Peer = Callable[[SimpleNamespace], contextlib.AbstractContextManager[Callable[[float], Ask] | None]]
_GEOD = Geod(ellps="GRS80")
_EARTH_M = 6_371_008.8
_CODES = [KINDS.index(kind) for kind in ASKED_KINDS]
_QUIET: dict[str, Any] = {
    "check": True,
    "stdout": subprocess.DEVNULL,
    "stderr": subprocess.DEVNULL,
}


def counted(city: SimpleNamespace, rows: np.ndarray, lon: float, lat: float, metres: float) -> Any:
    """Return how many of some rows match and refuse within a geodesic distance."""
    rows = rows[np.isin(city.columns.kinds[rows], _CODES)]
    if rows.size == 0:
        return 0, 0
    home = np.full(rows.size, lon), np.full(rows.size, lat)
    far = _GEOD.inv(*home, city.lons[rows], city.lats[rows])[2]
    near = far <= metres
    rows, far = rows[near], far[near]
    mask = city.need_mask(NEEDS)
    refused = ((city.columns.masks[rows, NO] & mask) != 0).any(axis=1)
    fits = ((city.columns.masks[rows, YES] & mask) == mask).all(axis=1) & ~refused
    np.lexsort((far, ~fits))[:PAGE]
    return int(fits.sum()), int(refused.sum())


def degrees(metres: float, lat: float) -> tuple[float, float]:
    """Return half the sides, in degrees, of a box that holds a circle."""
    return metres / 80_000 / np.cos(np.radians(lat)), metres / 110_000


@contextlib.contextmanager
def brute_force(city: SimpleNamespace) -> Iterator[Callable[[float], Ask]]:
    """Every point is looked at, with numpy; the geodesic of those in a box."""

    def of(metres: float) -> Ask:
        def ask(lon: float, lat: float) -> tuple[int, int]:
            wide, high = degrees(metres, lat)
            near = (abs(city.lats - lat) < high) & (abs(city.lons - lon) < wide)
            return counted(city, np.flatnonzero(near), lon, lat, metres)

        return ask

    yield of


@contextlib.contextmanager
def kd_tree(city: SimpleNamespace) -> Iterator[Callable[[float], Ask] | None]:
    """``scipy.spatial.cKDTree`` over chords, then the geodesic."""
    if importlib.util.find_spec("scipy") is None:
        yield None
        return
    from scipy.spatial import cKDTree  # noqa: PLC0415, RUF100

    def sphere(lon: Any, lat: Any) -> Any:
        lon, lat = np.radians(lon), np.radians(lat)
        return np.stack(
            (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=-1
        )

    tree = cKDTree(sphere(city.lons, city.lats))

    def of(metres: float) -> Ask:
        chord = metres / _EARTH_M * 1.01

        def ask(lon: float, lat: float) -> tuple[int, int]:
            rows = np.array(tree.query_ball_point(sphere(lon, lat), chord), dtype=np.int64)
            return counted(city, rows, lon, lat, metres)

        return ask

    yield of


@contextlib.contextmanager
def geo_pandas(city: SimpleNamespace) -> Iterator[Callable[[float], Ask]]:
    """A ``GeoDataFrame`` and its spatial index, then the geodesic."""
    frame = geopandas.GeoDataFrame(
        geometry=geopandas.points_from_xy(city.lons, city.lats), crs=4326
    )
    index = frame.sindex

    def of(metres: float) -> Ask:
        def ask(lon: float, lat: float) -> tuple[int, int]:
            wide, high = degrees(metres, lat)
            rows = index.query(box(lon - wide, lat - high, lon + wide, lat + high))
            return counted(city, rows, lon, lat, metres)

        return ask

    yield of


@contextlib.contextmanager
def redis_geo(city: SimpleNamespace) -> Iterator[Callable[[float], Ask] | None]:
    """Redis ``GEOSEARCH``, then the geodesic: Redis measures on a sphere and rounds positions."""
    program = shutil.which("redis-server")
    if program is None or importlib.util.find_spec("redis") is None:
        yield None
        return
    import redis  # noqa: PLC0415, RUF100

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["--port", str(port), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
    try:
        client = redis.Redis(port=port)
        for _ in range(100):
            with contextlib.suppress(redis.ConnectionError):
                client.ping()
                break
            time.sleep(0.1)
        for start in range(0, city.lons.size, 10_000):
            part = slice(start, start + 10_000)
            values: list[Any] = []
            for row, lon, lat in zip(
                range(start, city.lons.size), city.lons[part], city.lats[part], strict=False
            ):
                values += (float(lon), float(lat), str(row))
            client.geoadd("f", values)

        def of(metres: float) -> Ask:
            def ask(lon: float, lat: float) -> tuple[int, int]:
                found = client.geosearch(
                    "f", longitude=lon, latitude=lat, radius=metres * 1.01 + 2, unit="m"
                )
                return counted(city, np.array(found, dtype=np.int64), lon, lat, metres)

            return ask

        yield of
    finally:
        server.terminate()
        server.wait(10)


@contextlib.contextmanager
def post_gis(city: SimpleNamespace) -> Iterator[Callable[[float], Ask] | None]:
    """PostGIS: a geography with a GiST index on a server of our own, by its socket."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs or not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        yield None
        return
    import psycopg  # noqa: PLC0415, RUF100

    folder = Path(tempfile.mkdtemp(prefix="bench-postgis-"))
    as_postgres = []
    if getpass.getuser() == "root":
        shutil.chown(folder, "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    programs_in, cluster = programs[-1].parent, folder / "data"
    making = ["-D", str(cluster), "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run([*as_postgres, str(programs_in / "initdb"), *making], cwd=folder, **_QUIET)
    control = [*as_postgres, str(programs_in / "pg_ctl"), "-D", str(cluster), "-w"]
    options = f"-p 54391 -k {folder} -c listen_addresses= -c shared_buffers=1GB -c jit=off"
    starting = ["-o", options, "-l", str(folder / "log"), "start"]
    subprocess.run([*control, *starting], cwd=folder, **_QUIET)
    user = "postgres" if as_postgres else getpass.getuser()
    try:
        address = f"host={folder} port=54391 user={user} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            _fill(connection, city)
            yield lambda metres: _question(connection, metres)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], cwd=folder, **_QUIET)
        shutil.rmtree(folder, ignore_errors=True)


def _fill(connection: Any, city: SimpleNamespace) -> None:
    flags = []
    for masks in (city.columns.masks[:, YES], city.columns.masks[:, NO]):
        for code in NEEDS:
            word, bit = divmod(city.vocabulary.position(code), 64)
            flags.append(((masks[:, word] >> np.uint64(bit)) & np.uint64(1)).astype(bool))
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION postgis")
        cursor.execute(
            "CREATE TABLE f (id int, kind smallint, y1 bool, y2 bool, n1 bool, n2 bool, "
            "lon float8, lat float8, place geography(Point))"
        )
        columns = (city.columns.kinds, *flags, city.lons, city.lats)
        with cursor.copy("COPY f (id, kind, y1, y2, n1, n2, lon, lat) FROM STDIN") as copy:
            for row, values in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
                copy.write_row((row, *values))
        cursor.execute("UPDATE f SET place = ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography")
        cursor.execute("CREATE INDEX ON f USING gist (place)")
        cursor.execute("VACUUM ANALYZE f")


def _question(connection: Any, metres: float) -> Ask:
    kinds = ",".join(map(str, _CODES))
    counting = (
        "SELECT count(*) FILTER (WHERE y1 AND y2 AND NOT (n1 OR n2)), "  # noqa: S608 - constants
        "count(*) FILTER (WHERE n1 OR n2) FROM f "
        f"WHERE ST_DWithin(place, ST_MakePoint(%s, %s)::geography, {metres}) "
        f"AND kind IN ({kinds})"
    )
    listing = (
        "SELECT id, ST_Distance(place, home) AS metres FROM f, "  # noqa: S608 - constants
        "(SELECT ST_MakePoint(%s, %s)::geography AS home) AS h "
        f"WHERE ST_DWithin(place, home, {metres}) AND kind IN ({kinds}) AND NOT (n1 OR n2) "
        f"ORDER BY NOT (y1 AND y2), metres LIMIT {PAGE}"
    )

    def ask(lon: float, lat: float) -> tuple[int, int]:
        with connection.cursor() as cursor:
            found = cursor.execute(counting, (lon, lat), prepare=True).fetchone()
            cursor.execute(listing, (lon, lat), prepare=True).fetchall()
        return int(found[0]), int(found[1])

    return ask


PEERS: dict[str, Peer] = {
    "brute force (NumPy)": brute_force,
    "scipy cKDTree": kd_tree,
    "GeoPandas": geo_pandas,
    "Redis GEOSEARCH": redis_geo,
    "PostGIS": post_gis,
}
ON_ANOTHER_ELLIPSOID = frozenset(("PostGIS",))
"""WGS 84, a hair from GRS80: a point on the rim may differ."""
