"""Waters between many points and a place of each are those found one by one."""

from __future__ import annotations

import numpy as np
import pytest

from geoportal.domain.water import WaterIndex
from geoportal.services.portal import shipped_reference


@pytest.mark.parametrize("pairs", [0, 1, 700])
def test_pairs_are_told_as_one_by_one(pairs):
    index = WaterIndex(shipped_reference().waters)
    draw = np.random.default_rng(pairs)
    lons, lats = draw.uniform(130.5, 131.2, pairs), draw.uniform(33.6, 34.1, pairs)
    to_lons, to_lats = lons + draw.normal(0, 0.1, pairs), lats + draw.normal(0, 0.1, pairs)
    to_lons[: pairs // 10] = np.nan
    one_by_one = [
        index.before(float(lons[n]), float(lats[n]), to_lons[[n]], to_lats[[n]])[0]
        for n in range(pairs)
    ]
    assert index.between(lons, lats, to_lons, to_lats) == one_by_one
    assert pairs < 2 or len({*one_by_one}) > 2
