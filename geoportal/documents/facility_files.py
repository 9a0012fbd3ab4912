"""Files of facilities at lasting addresses, and the catalogue that lists them.

The catalogue is DCAT 3 (W3C) as JSON-LD.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from geoportal.documents import Document
from geoportal.documents.change_feeds import MEDIA_TYPES, feed_path, read_feed_path
from geoportal.documents.facility import full_feature
from geoportal.documents.requests import Code, Strict
from geoportal.domain.facility import Facility
from geoportal.errors import NotFoundError
from geoportal.export.facilities import FORMATS, FacilityFormat, export_facilities, format_of
from geoportal.services.view import View

SCOPES: Final = ("districts", "sources", "all")
EVERYTHING: Final = "facilities"
"""What the file of everything is called."""
_FEEDS: Final = {".atom": "Atom", ".json": "JSON Feed"}
_IANA: Final = "http://www.iana.org/assignments/media-types/"


class FacilityFileQuery(Strict):
    """Which facilities a file holds: those of a district or of a source, or all that are open."""

    district: Code | None = None
    source: Code | None = None


def read_file_path(
    view: View, scope: str, member: str
) -> tuple[FacilityFileQuery, FacilityFormat] | None:
    """Return what ``/data/files/<scope>/<member>`` stands for, None for nothing.

    ``member`` is a district's code or a source's name with the ending of a format: ``40106.csv``.
    """
    chosen = format_of(member)
    if chosen is None:
        return None
    name = member.removesuffix(chosen.ending)
    if scope == "districts" and view.snapshot.knows_district(name):
        return FacilityFileQuery(district=name), chosen
    if scope == "sources" and chosen in formats_of_source(view, name):
        return FacilityFileQuery(source=name), chosen
    if scope == "all" and name == EVERYTHING:
        return FacilityFileQuery(), chosen
    return None


def formats_of_source(view: View, source: str) -> list[FacilityFormat]:
    """Return the formats in which the facilities of a source are offered, none for no source.

    A list of some kinds is offered of a source that tells of such facilities, and of one of which
    it is not known what it tells.
    """
    if not view.facility_counts.get(source):
        return []
    scopes = [scope for scope in view.reference.source_scopes if scope.source == source]
    kinds = {kind for scope in scopes for kind in scope.kinds}
    return [entry for entry in FORMATS if entry.lists_any(kinds)]


def facility_file(view: View, asked: FacilityFileQuery, format_name: str) -> bytes:
    """Return the content of a file, facilities in the order of their ids.

    Raises
    ------
    NotFoundError
        When there is no such district.
    """
    chosen = next(entry for entry in FORMATS if entry.name == format_name)
    found = sorted(_facilities(view, asked), key=lambda facility: facility.id)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"facilities{chosen.ending}"
        export_facilities(path, [full_feature(view, one) for one in found], view.reference)
        return path.read_bytes()


def _facilities(view: View, asked: FacilityFileQuery) -> list[Facility]:
    snapshot = view.snapshot
    if asked.district is not None:
        if not snapshot.knows_district(asked.district):
            raise NotFoundError("no district held has this code")
        return [snapshot.facilities[int(row)] for row in snapshot.in_district(asked.district)]
    every = list(snapshot.facilities)
    if asked.source is None:
        return every
    return [one for one in every if any(m.source == asked.source for m in one.sources)]


def catalogue_document(view: View, root: str) -> Document:
    """Return the catalogue of everything that can be downloaded.

    Parameters
    ----------
    view : View
    root : str
        Scheme and name of the site, before every path; empty where its name is not trusted.
    """
    issued = max((edition.imported_at for edition in view.editions), default="")
    sources = [name for name, count in sorted(view.facility_counts.items()) if count]
    names = {district.code: district.name for district in view.snapshot.districts.districts}
    dataset = _Dataset(view, root, issued)
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
        },
        "@id": f"{root}/data/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": {"@value": "在宅医療・介護の資源", "@language": "ja"},
        "dct:modified": issued,
        "dcat:version": view.snapshot.version,
        "dcat:service": [
            {
                "@id": f"{root}/api/v1",
                "@type": "dcat:DataService",
                "dct:title": "API",
                "dcat:endpointURL": {"@id": f"{root}/api/v1"},
                "dcat:endpointDescription": {"@id": f"{root}/api/openapi.json"},
            }
        ],
        "dcat:dataset": [
            dataset.document("all", EVERYTHING, "すべての施設", sources),
            *(
                dataset.document(
                    "sources", name, view.reference.label("source", name, "ja"), [name]
                )
                for name in sources
            ),
            *(
                dataset.document("districts", code, f"{name}の施設", sources)
                for code, name in names.items()
            ),
        ],
    }


class _Dataset:
    """Makes the entries of the catalogue."""

    def __init__(self, view: View, root: str, modified: str) -> None:
        self._view, self._root, self._modified = view, root, modified

    def document(self, scope: str, member: str, title: str, sources: list[str]) -> Document:
        """Return one data set with a distribution for each format, and for each feed of changes."""
        formats = formats_of_source(self._view, member) if scope == "sources" else list(FORMATS)
        known = self._view.reference.sources
        licences = list(dict.fromkeys(known[s].licence for s in sources if s in known))
        said = list(dict.fromkeys(known[s].attribution for s in sources if s in known))
        address = f"{self._root}/data/files/{scope}/{member}"
        stated = {
            "dct:license": [*filter(None, licences)],
            "dct:rights": " ".join(filter(None, said)),
        }
        rights = {key: value for key, value in stated.items() if value}
        return {
            "@id": address,
            "@type": "dcat:Dataset",
            "dct:title": {"@value": title, "@language": "ja"},
            "dct:identifier": f"{scope}/{member}",
            "dct:modified": self._modified,
            **rights,
            "dct:source": [{"@id": known[s].page} for s in sources if s in known and known[s].page],
            "dcat:distribution": [
                {
                    "@type": "dcat:Distribution",
                    "dct:title": entry.label,
                    "dcat:mediaType": {"@id": _IANA + entry.media_type.partition(";")[0]},
                    "dcat:downloadURL": {"@id": address + entry.ending},
                    **rights,
                }
                for entry in formats
            ]
            + [
                {
                    "@type": "dcat:Distribution",
                    "dct:title": {"@value": f"変更のフィード（{name}）", "@language": "ja"},
                    "dcat:mediaType": {"@id": _IANA + MEDIA_TYPES[ending]},
                    "dcat:accessURL": {"@id": self._root + feed_path(feed, ending)},
                    **rights,
                }
                for ending, name in _FEEDS.items()
                for feed, _ in filter(None, [read_feed_path(self._view, scope, member + ending)])
            ],
        }
