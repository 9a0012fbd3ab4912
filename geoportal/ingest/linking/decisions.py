"""People's decisions on pairs: they override every score."""

from __future__ import annotations

from collections.abc import Iterable

from geoportal.domain.link import LinkDecision

SAME, DIFFERENT, WITHDRAWN = "same", "different", "withdrawn"


def current_decisions(decisions: Iterable[LinkDecision]) -> dict[tuple[str, str], LinkDecision]:
    """Return the latest decision on each pair, withdrawn ones left out.

    Parameters
    ----------
    decisions : iterable of LinkDecision
        In the order in which they were made.
    """
    latest = {decision.pair: decision for decision in decisions}
    return {pair: decision for pair, decision in latest.items() if decision.verdict != WITHDRAWN}
