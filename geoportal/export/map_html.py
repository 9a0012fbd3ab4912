"""``map.html``: one file for a browser without a network, the map with legend and table.

Folium's document with a language, a title and zooming, Leaflet's script and style inside the file,
a policy that forbids any request, and element names that are the same every time.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import folium
import numpy as np
import shapely
from branca.element import Element, Figure
from jinja2 import Template

from geoportal.coverage.report import CoverageReport
from geoportal.errors import NotFoundError
from geoportal.export.map_figures import figures_html, heading_html
from geoportal.export.map_layers import add_layers
from geoportal.export.pack_files import PACK_FORMATS

_LEAFLET = Path(__file__).parents[1] / "web" / "static" / "vendor" / "leaflet"
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"

_STYLE = """
:root { color-scheme: light; }
body { margin: 0; font-family: "Hiragino Sans", "Noto Sans JP", "Yu Gothic", Meiryo, sans-serif;
  line-height: 1.6; color: #1a1a1a; background: #fff; }
.page { display: grid; grid-template-columns: minmax(0, 3fr) minmax(22rem, 2fr); height: 100vh; }
.page > header { grid-column: 1 / -1; padding: .6rem 1rem; border-bottom: 1px solid #666; }
h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.2rem 0 .4rem; }
header p { margin: 0; font-size: .9rem; }
.page { grid-template-rows: auto minmax(0, 1fr); }
.map { position: relative; min-height: 24rem; } .folium-map { background: #e8eef2; }
.figures { overflow: auto; padding: 0 1rem 2rem; border-left: 1px solid #666; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 3px solid #0017c1; }
table { border-collapse: collapse; font-size: .875rem; width: 100%; }
caption { text-align: left; font-weight: bold; padding: .3rem 0; }
th, td { border-bottom: 1px solid #999; padding: .3rem .5rem; text-align: right;
  white-space: nowrap; }
thead th { border-bottom: 2px solid #333; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; }
tfoot th, tfoot td { border-top: 2px solid #333; font-weight: bold; }
.legend { font-size: .875rem; } .legend p { margin: .3rem 0 0; }
.legend ul { list-style: none; margin: 0; padding: 0; columns: 11rem auto; }
.legend li { break-inside: avoid; }
.swatch { display: inline-block; width: 1.1em; height: 1.1em; border: 1px solid #333;
  vertical-align: -.2em; margin-right: .4em; }
.round { border-radius: 50%; width: .8em; height: .8em; } .disc { border-radius: 50%; }
.leaflet-container { font-family: inherit; }
.leaflet-control-layers { font-size: .9rem; }
@media (max-width: 60rem) { .page { display: block; height: auto; } .map { height: 70vh; }
  .figures { border-left: 0; } .leaflet-control-layers { font-size: .8rem; } }
@media print { .figures { overflow: visible; } .page { display: block; height: auto; }
  .map { height: 60vh; } }
"""

_PAGE = Template(
    "<!doctype html>\n"
    '<html lang="ja">\n'
    "<head>\n"
    '<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{{ this.title }}</title>\n"
    "<style>{{ this.leaflet_css }}</style>\n"
    "<script>{{ this.leaflet_js }}</script>\n"
    "{{ this.header.render(**kwargs) }}\n"
    "<style>{{ this.style }}</style>\n"
    "</head>\n"
    '<body>\n<div class="page">\n'
    "{{ this.top }}\n"
    '<section class="map" aria-label="地図">\n{{ this.html.render(**kwargs) }}\n'
    "</section>\n"
    "{{ this.figures }}\n"
    "</div>\n"
    "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n"
    "</body>\n</html>\n"
)


def write_map_html(path: Path, report: CoverageReport) -> None:
    """Write the map; names in the report may be hostile, everything is escaped.

    Raises
    ------
    NotFoundError
        When Leaflet is not installed with the program.
    """
    page = _MapPage(report.title, heading_html(report), figures_html(report))
    chart = _OfflineMap(tiles=None, zoom_control=True)
    page.add_child(chart)
    add_layers(chart, report)
    outlines = np.array(report.study.target.outlines, dtype=object)
    west, south, east, north = shapely.total_bounds(outlines).tolist()
    chart.fit_bounds([[south, west], [north, east]])
    folium.LayerControl(collapsed=False).add_to(chart)
    _number_elements(page)
    path.write_text(page.render(), encoding="utf-8", newline="\n")


class _MapPage(Figure):
    """The HTML document: heading, map, figures."""

    _template = _PAGE

    def __init__(self, title: str, top: str, figures: str) -> None:
        super().__init__(title=html.escape(title))
        self.header._children.clear()
        self.policy = _POLICY
        self.top = top
        self.figures = figures
        self.style = _STYLE
        self.leaflet_css, self.leaflet_js = _leaflet()


class _OfflineMap(folium.Map):
    """A map without tiles or any other request."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own interface
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    _template = Template(
        "{% macro header(this, kwargs) %}<style>#{{ this.get_name() }} "
        "{ position: absolute; inset: 0; }</style>{% endmacro %}"
        '{% macro html(this, kwargs) %}<div class="folium-map" id={{ this.get_name()|tojson }} '
        'role="application" aria-label="地図（同じ数字は右の表にあります）"></div>{% endmacro %}'
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = L.map("
        "{{ this.get_name()|tojson }}, {attributionControl: false});\n"
        "L.control.scale({imperial: false}).addTo({{ this.get_name() }});{% endmacro %}"
    )


def _number_elements(page: Figure) -> None:
    """Give elements numbers in place of folium's random names: same input, same bytes."""
    number = 0
    stack: list[Any] = [page, page.header, page.html, page.script]
    while stack:
        element = stack.pop()
        element._id = f"{number:08d}"
        number += 1
        parts = [value for value in vars(element).values() if isinstance(value, Element)]
        children = [*element._children.values(), *parts]
        stack.extend(child for child in children if child is not element._parent)


def _leaflet() -> tuple[str, str]:
    """Return Leaflet's style (without its images, which are not used) and script."""
    try:
        css = (_LEAFLET / "leaflet.css").read_text(encoding="utf-8")
        script = (_LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFoundError(
            "Leaflet is not installed with the program; run: make setup (or leave html away: "
            f"--format {','.join(name for name in PACK_FORMATS if name != 'html')})"
        ) from error
    css = re.sub(r"url\([^)]*\)", "none", css)
    script = re.sub(r"//# sourceMappingURL=\S+", "", script)
    return css, script.replace("</script", "<\\/script")
