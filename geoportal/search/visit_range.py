"""The 16 km rule (16kmルール) for visits by doctors and dentists, three-valued.

往診・訪問診療・歯科訪問診療 beyond 16 km between institution and home are paid only for an absolute
reason (医科点数表 C000 往診料, C001 在宅患者訪問診療料). Practitioners read it as a straight line.
Near the limit the answer depends on how well both positions are known, so it is said to be so.
It is information, never a refusal.
"""

from __future__ import annotations

import math

LIMIT_M = 16_000.0
LEAST_UNCERTAINTY_M = 50.0


def visit_range(distance_m: float, origin_uncertainty_m: float, place_uncertainty_m: float) -> str:
    """Say whether a home lies within reach of a visiting institution.

    Parameters
    ----------
    distance_m : float
        Geodesic distance, metres.
    origin_uncertainty_m, place_uncertainty_m : float
        Of the home and of the institution, metres; combined as independent (root of the sum of
        squares), at least 50 m.

    Returns
    -------
    str
        ``"inside"``, ``"borderline"`` or ``"outside"``.
    """
    combined = max(LEAST_UNCERTAINTY_M, math.hypot(origin_uncertainty_m, place_uncertainty_m))
    if abs(distance_m - LIMIT_M) <= combined:
        return "borderline"
    return "inside" if distance_m < LIMIT_M else "outside"
