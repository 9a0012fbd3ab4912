"""Pages of the official sites about one facility, where its telephone number is published.

The rules are rows of ``data/reference/official_pages.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from geoportal.domain.facility import Facility
from geoportal.store.reference import Reference


@dataclass(frozen=True, slots=True)
class OfficialSite:
    """How a publisher's site addresses the facilities of some kinds.

    Attributes
    ----------
    source : str
        Source whose record ids its addresses are made of.
    kinds : tuple of str
    record_id : str
        Regular expression for a whole record id; its group ``prefecture`` is the code of the
        prefecture.
    page : str
        Address of a facility's page, with the groups in braces.
    search : str
        Address of the page on which people search.
    """

    source: str
    kinds: tuple[str, ...]
    record_id: str
    page: str
    search: str


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """Where a facility is published: its own page (``exact``), else the site's search page."""

    source: str
    url: str
    exact: bool


@cache
def official_sites(reference: Reference) -> tuple[OfficialSite, ...]:
    """Return the sites of ``official_pages.csv``."""
    path = reference.directory / "official_pages.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            OfficialSite(
                source=row["publisher"],
                kinds=tuple(row["kinds"].split("|")),
                record_id=row["record_id"],
                page=row["page"],
                search=row["search"],
            )
            for row in csv.DictReader(file)
        )


def search_sites(reference: Reference, kinds: Iterable[str]) -> dict[str, str]:
    """Return the search pages of the sites on which facilities of some kinds are published."""
    wanted = set(kinds)
    sites = (site for site in official_sites(reference) if not wanted.isdisjoint(site.kinds))
    return {site.source: site.search for site in sites}


def official_page(reference: Reference, facility: Facility) -> OfficialPage | None:
    """Return where a facility is published officially; None for kinds that no site has.

    A record id leads to a page only when it has the site's form, kind and all, and names the
    prefecture the facility is in: one that has lost its leading zero would lead to another
    facility.
    """
    for site in official_sites(reference):
        if facility.kind not in site.kinds:
            continue
        for mention in facility.sources:
            match = re.fullmatch(site.record_id, mention.record_id)
            if (
                mention.source == site.source
                and match is not None
                and match["prefecture"] == facility.municipality_code[:2]
            ):
                parts = {name: quote(value) for name, value in match.groupdict().items()}
                return OfficialPage(site.source, site.page.format(**parts), exact=True)
        return OfficialPage(site.source, site.search, exact=False)
    return None
