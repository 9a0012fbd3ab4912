"""People's decisions on pairs: they override every score."""

from __future__ import annotations

from collections.abc import Iterable

from geoportal.domain.link import LinkDecision

SAME, DIFFERENT, WITHDRAWN = "same", "different", "withdrawn"


def current_decisions(decisions: Iterable[LinkDecision]) -> dict[tuple[str, str], LinkDecision]:
    """Return the latest of decisions, in the order made, on each pair; withdrawn ones left out."""
    latest = {decision.pair: decision for decision in decisions}
    return {pair: decision for pair, decision in latest.items() if decision.verdict != WITHDRAWN}
