"""JSON of completeness: which sources that would answer are held, and who publishes them."""

from __future__ import annotations

from collections.abc import Iterable

from geoportal.documents import Document, attributes
from geoportal.domain.completeness import Completeness
from geoportal.index.hierarchy import city_of, district_name
from geoportal.services.view import View

_MUNICIPALITY_DIGITS = 5


def completeness_document(view: View, lines: Iterable[Completeness]) -> list[Document]:
    """Return lines on sources with the names of area and publisher."""
    return [completeness_line(view, line) for line in lines]


def _fetch_command(view: View, dataset: str, area: str) -> str:
    """Return the command that gets a data set for the city of an area, empty for none."""
    if not dataset or len(area) < _MUNICIPALITY_DIGITS:
        return ""
    return f"geoportal fetch {dataset} --city {city_of(view.reference, area) or area}"


def completeness_line(view: View, line: Completeness) -> Document:
    """Return one line of `completeness_document`."""
    reference, districts = view.reference, view.snapshot.districts
    publisher = reference.publisher(line.source, line.area)
    return {
        **attributes(line, "source", "area", "tells", "kinds", "needs", "state"),
        **attributes(line, "facilities", "unknown"),
        "gap": line.is_gap,
        "area_name": district_name(reference, districts, line.area),
        "prefecture": district_name(reference, districts, line.area[:2]),
        "label": reference.sources[line.source].label_ja,
        "publisher": publisher.name,
        "page": publisher.page,
        "fetch": _fetch_command(view, publisher.dataset, line.area),
    }
