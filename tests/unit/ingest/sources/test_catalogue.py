"""The list of sources is whole: each has a module, reference data and a test of its own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from geoportal.domain.claim import EVIDENCE
from geoportal.domain.staff_facts import SOURCE as DESK
from geoportal.domain.stand_in import GROUP_SOURCE
from geoportal.ingest import sources
from geoportal.ingest.catalogue import SOURCES
from geoportal.ingest.content import identify
from geoportal.ingest.files.archives import Member
from geoportal.ingest.revise.storage import _UPDATES
from tests.unit.ingest.official import REFERENCE

MODULES = sorted(module.name for module in iter_modules(sources.__path__))


def source_of(module):
    return import_module(f"geoportal.ingest.sources.{module}").SOURCE


@pytest.mark.parametrize("module", MODULES)
def test_every_module_is_listed_and_tested(module):
    assert source_of(module) in SOURCES, "add it to SOURCES in geoportal/ingest/catalogue.py"
    assert (Path(__file__).parent / f"test_{module}.py").is_file(), "add a test module"


def test_every_listed_source_has_a_module():
    listed = [source.name for source in SOURCES]
    assert sorted(listed) == sorted(source_of(module).name for module in MODULES)
    assert len(set(listed)) == len(listed)


def test_sources_and_reference_data_name_the_same():
    """What staff find out is a source too, but no file."""
    assert {*(source.name for source in SOURCES), DESK, GROUP_SOURCE} == set(REFERENCE.sources)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_source_is_described_whole(source):
    info = REFERENCE.sources[source.name]
    assert info.evidence in EVIDENCE
    assert info.label_ja
    assert info.label_en
    assert {layout.source for layout in source.layouts} <= {source.name}
    assert source.layouts or source.describes or source.document_format


@pytest.mark.parametrize(
    ("source", "layout"),
    [(source, layout) for source in SOURCES for layout in source.layouts if layout.required],
    ids=lambda item: getattr(item, "name", getattr(item, "variant", "")),
)
def test_a_table_with_the_official_header_is_recognised(source, layout):
    header = ",".join(layout.official(name) for name in layout.columns)
    (content,) = identify(Member("x.csv", f"{header}\n{',' * header.count(',')}\n".encode()))
    assert (content.source, content.data.layout) == (source, layout)


def test_every_extract_can_be_stored():
    returned = {
        import_module(source.extract.__module__).extract.__annotations__["return"]
        for source in SOURCES
    }
    assert returned <= {extract.__name__ for extract in _UPDATES}
    for extract in _UPDATES:  # or a special sort of what one returns
        assert returned & {kind.__name__ for kind in extract.__mro__}
