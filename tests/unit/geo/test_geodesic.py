"""Geodesic distances."""

from __future__ import annotations

import subprocess
import sys

WITHOUT_PROJ = """
import sys
import numpy as np
from geoportal.geo.geodesic import few_distances_m
draw = np.random.default_rng(5)
lons, lats = 139.7 + draw.uniform(-20, 20, 60), 35.6 + draw.uniform(-20, 10, 60)
lons[:2], lats[:2] = (139.7, -40.3), (35.6, -35.6)  # the point itself, the other end of the Earth
few = few_distances_m(139.7, 35.6, lons, lats)
assert "pyproj" not in sys.modules
from pyproj import Geod
lon, lat = np.full(60, 139.7), np.full(60, 35.6)
assert np.abs(few - Geod(ellps="GRS80").inv(lon, lat, lons, lats)[2]).max() < 3e-8
assert few[0] == 0
"""


def test_a_few_geodesics_need_no_proj_and_are_those_of_proj():
    subprocess.run([sys.executable, "-c", WITHOUT_PROJ], check=True)
