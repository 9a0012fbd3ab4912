"""``map.html``: one file for a browser without a network, with the table beside the map.

folium draws it; its page is mended on the way: language, title, zooming by hand allowed, scripts
and styles of Leaflet inside the file, a policy that forbids any request, fixed element names.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import folium
import shapely
from branca.element import Element, Figure
from jinja2 import Template

from geoportal.coverage.handout import Handout
from geoportal.coverage.study import Study
from geoportal.coverage.tables import district_rows, facility_rows
from geoportal.coverage.wording import distance_text, sentence, share_text
from geoportal.errors import NotFoundError
from geoportal.export.coverage_shapes import (
    CLASSES,
    MAP_RING,
    RING_TEXT,
    class_numbers,
    gap_rows,
    geojson_geometry,
    part_shapes,
)

_LEAFLET = Path(__file__).parents[1] / "web" / "static" / "vendor" / "leaflet"
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_OUTLINE, _LAND = "#1a1a1a", "#f1eee6"
_FACILITY, _UNSURE, _GAP = "#c2185b", "#ffffff", "#b00020"

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
.legend { background: #fff; border: 1px solid #666; padding: .5rem .7rem; font-size: .85rem;
  line-height: 1.5; }
.legend p { margin: 0; font-weight: bold; } .legend ul { list-style: none; margin: 0; padding: 0; }
.swatch { display: inline-block; width: 1.1em; height: 1.1em; border: 1px solid #333;
  vertical-align: -.2em; margin-right: .4em; }
.round { border-radius: 50%; width: .8em; height: .8em; }
.leaflet-container { font-family: inherit; }
.leaflet-control-layers { font-size: .9rem; }
@media (max-width: 60rem) { .page { display: block; height: auto; } .map { height: 70vh; }
  .figures { border-left: 0; } }
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


class _Page(Figure):
    """The whole document."""

    _template = _PAGE

    def __init__(self, title: str, top: str, figures: str) -> None:
        super().__init__(title=html.escape(title))
        self.header._children.clear()
        self.policy = _POLICY
        self.top = top
        self.figures = figures
        self.style = _STYLE
        css, script = _leaflet()
        self.leaflet_css = css
        self.leaflet_js = script


class _Map(folium.Map):
    """A map without tiles, without anything from elsewhere, that may be zoomed by hand."""

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


class _Legend(Element):
    """The legend as a Leaflet control, so that it travels with the map."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.control({position: 'bottomright'});\n"
        "{{ this.get_name() }}.onAdd = function () { var d = L.DomUtil.create('div', 'legend'); "
        "d.innerHTML = {{ this.content|tojson }}; return d; };\n"
        "{{ this.get_name() }}.addTo({{ this._parent.get_name() }});{% endmacro %}"
    )

    def __init__(self, content: str) -> None:
        super().__init__()
        self._name = "Legend"
        self.content = content

    def render(self, **kwargs: Any) -> str:
        """Write the control's script into the page; nothing of its own stays in place."""
        script = self._template.module.script
        root: Any = self.get_root()
        root.script.add_child(Element(script(self, kwargs)), name=self.get_name())
        return ""


def write_map_html(path: Path, handout: Handout) -> None:
    """Write the map.

    Parameters
    ----------
    path : Path
    handout : Handout
        Names in it may be hostile; everything is escaped.

    Raises
    ------
    NotFoundError
        When Leaflet is not installed with the program.
    """
    study = handout.study
    page = _Page(handout.title, _top(handout), _figures(handout))
    chart = _Map(tiles=None, zoom_control=True)
    page.add_child(chart)
    _add_layers(chart, handout)
    west, south, east, north = _bounds(study)
    chart.fit_bounds([[south, west], [north, east]])
    folium.LayerControl(collapsed=False).add_to(chart)
    chart.add_child(_Legend(_legend()))
    _name_in_order(page)
    path.write_text(page.render(), encoding="utf-8", newline="\n")


def _leaflet() -> tuple[str, str]:
    """Return Leaflet's style (without its pictures, which nothing here uses) and script."""
    try:
        css = (_LEAFLET / "leaflet.css").read_text(encoding="utf-8")
        script = (_LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFoundError(
            "Leaflet is not installed with the program; run: make setup (or leave html away: "
            "--format png,pdf,xlsx,gpkg,geojson,csv)"
        ) from error
    css = re.sub(r"url\([^)]*\)", "none", css)
    script = re.sub(r"//# sourceMappingURL=\S+", "", script)
    return css, script.replace("</script", "<\\/script")


def _add_layers(chart: folium.Map, handout: Handout) -> None:
    study = handout.study
    names = {area.code: area.name for area in study.target.areas}
    _add_land(chart, study)
    _add_cells(chart, study, names)
    _add_gaps(chart, study, names)
    districts = [
        _feature(
            {"名称": area.name, "ことば": sentence(figures, handout.subject)},
            geojson_geometry(area.outline.simplify(1e-5)),
        )
        for area, figures in zip(study.target.areas, study.districts, strict=True)
    ]
    folium.GeoJson(
        _collection(districts),
        name="地区",
        style_function=lambda _: {"color": _OUTLINE, "weight": 2.5, "fill": False},
        tooltip=folium.GeoJsonTooltip(["名称", "ことば"], labels=False),
        interactive=True,
    ).add_to(chart)
    _add_facilities(chart, handout)


def _add_land(chart: folium.Map, study: Study) -> None:
    """Draw the ground, so that land without people does not look like sea."""
    grounds = [_feature({}, geojson_geometry(o.simplify(1e-5))) for o in study.target.outlines]
    folium.GeoJson(
        _collection(grounds),
        name="地面",
        control=False,
        interactive=False,
        style_function=lambda _: {"stroke": False, "fillColor": _LAND, "fillOpacity": 1},
    ).add_to(chart)


def _add_cells(chart: folium.Map, study: Study, names: dict[str, str]) -> None:
    counts = study.sure.access.counts[:, MAP_RING]
    high = study.possible.access.counts[:, MAP_RING]
    classes = class_numbers(counts)
    codes = [area.code for area in study.target.areas]
    features = [
        _feature(
            {
                "地区": names[codes[study.cells.districts[n]]],
                "75歳以上": f"{study.cells.need[n]:,.0f} 人",
                f"{RING_TEXT} 以内": _range(int(counts[n]), int(high[n])),
                "最も近い": distance_text(float(study.sure.access.nearest_m[n])),
                "fill": CLASSES[classes[n]].colour,
            },
            geojson_geometry(shape, 1e-5),
        )
        for n, shape in enumerate(part_shapes(study))
    ]
    if not features:
        return
    folium.GeoJson(
        _collection(features),
        name=f"500 m メッシュ（{RING_TEXT} 以内の数）",
        style_function=lambda feature: {
            "fillColor": feature["properties"]["fill"],
            "fillOpacity": 0.85,
            "color": "#777777",
            "weight": 0.3,
        },
        tooltip=folium.GeoJsonTooltip(["地区", "75歳以上", f"{RING_TEXT} 以内", "最も近い"]),
    ).add_to(chart)


def _add_gaps(chart: folium.Map, study: Study, names: dict[str, str]) -> None:
    """Draw the outlines of where nobody serves, joined by district; cells stay in sight."""
    shapes, rows = part_shapes(study), gap_rows(study)
    features = []
    for number, area in enumerate(study.target.areas):
        own = rows[study.cells.districts[rows] == number]
        if own.size:
            people = f"{study.cells.need[own].sum():,.0f} 人"
            joined = shapely.union_all(shapes[own], grid_size=1e-6)
            features.append(
                _feature(
                    {"地区": names[area.code], "空白に住む75歳以上": people},
                    geojson_geometry(joined, 1e-5),
                )
            )
    if not features:
        return
    folium.GeoJson(
        _collection(features),
        name=f"空白（{RING_TEXT} 以内に 0 か所）",
        style_function=lambda _: {"color": _GAP, "weight": 2, "dashArray": "5 4", "fill": False},
        tooltip=folium.GeoJsonTooltip(["地区", "空白に住む75歳以上"]),
    ).add_to(chart)


def _add_facilities(chart: folium.Map, handout: Handout) -> None:
    features = [
        _feature(
            {
                "名称": row["name"],
                "種別": handout.kinds.get(row["kind"], row["kind"]),
                "確かさ": "確認できている" if row["certain"] else "確認できていない",
                "なくなると": f"{row['left_without_2000_m']:,.0f} 人",
                "fill": _FACILITY if row["certain"] else _UNSURE,
            },
            {"type": "Point", "coordinates": [round(row["lon"], 6), round(row["lat"], 6)]},
        )
        for row in sorted(facility_rows(handout.study), key=lambda row: bool(row["certain"]))
    ]
    if not features:
        return
    fields = ["名称", "種別", "確かさ", "なくなると"]
    lost = f"なくなると {RING_TEXT} 以内に 1 つもなくなる 75歳以上"
    folium.GeoJson(
        _collection(features),
        name="施設",
        marker=folium.CircleMarker(radius=4, weight=1, color=_OUTLINE, fill=True),
        style_function=lambda feature: {
            "color": _OUTLINE,
            "fillColor": feature["properties"]["fill"],
            "fillOpacity": 1,
            "weight": 1.5,
        },
        tooltip=folium.GeoJsonTooltip(fields, aliases=["名称", "種別", "確かさ", lost]),
    ).add_to(chart)


def _feature(properties: dict[str, Any], geometry: dict[str, Any]) -> dict[str, Any]:
    """Return a feature whose text is safe where folium writes it as HTML."""
    safe = {
        key: html.escape(value) if isinstance(value, str) else value
        for key, value in properties.items()
    }
    return {"type": "Feature", "properties": safe, "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    numbered = [{**feature, "id": str(n)} for n, feature in enumerate(features)]
    return {"type": "FeatureCollection", "features": numbered}


def _range(low: int, high: int) -> str:
    return f"{low} か所" if low == high else f"{low}〜{high} か所"


def _bounds(study: Study) -> tuple[float, float, float, float]:
    boxes = [outline.bounds for outline in study.target.outlines if not outline.is_empty]
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def _name_in_order(page: Figure) -> None:
    """Give every element a name by its place instead of a random one: same input, same bytes."""
    number = 0
    stack: list[Any] = [page, page.header, page.html, page.script]
    while stack:
        element = stack.pop()
        element._id = f"{number:08d}"
        number += 1
        held = [value for value in vars(element).values() if isinstance(value, Element)]
        inner = [*element._children.values(), *held]
        stack.extend(child for child in inner if child is not element._parent)


def _top(handout: Handout) -> str:
    lead = (
        f"色は、{RING_TEXT} 以内にある施設の数（確認できているもの）です。"
        "道のりではなく、まっすぐに測った距離です。"
    )
    return f"<header><h1>{html.escape(handout.title)}</h1><p>{lead}</p></header>"


def _legend() -> str:
    items = "".join(
        f'<li><span class="swatch" style="background:{item.colour}"></span>{item.label}</li>'
        for item in CLASSES
    )
    return (
        f"<p>{RING_TEXT} 以内の施設</p><ul>{items}"
        f'<li><span class="swatch" style="background:{_LAND}"></span>人が住んでいない</li>'
        f'<li><span class="swatch" style="border:2px dashed {_GAP}"></span>空白</li>'
        f'<li><span class="swatch round" style="background:{_FACILITY}"></span>施設</li>'
        f'<li><span class="swatch round" style="background:{_UNSURE}"></span>'
        "確認できていない施設</li></ul>"
    )


def _figures(handout: Handout) -> str:
    study = handout.study
    whole = (study.total,) if len(study.districts) > 1 else ()
    said = "".join(
        f"<li>{html.escape(figures.name)}：{html.escape(sentence(figures, handout.subject))}</li>"
        for figures in (*study.districts, *whole)
    )
    cited = "".join(
        f"<li>{html.escape(line.attribution or line.label)}（{html.escape(line.as_of)}）</li>"
        for line in handout.sources
    )
    return (
        '<main class="figures">'
        f"<h2>ことばで</h2><ul>{said}</ul><p>{html.escape(handout.irreplaceable)}</p>"
        f"<h2>地区ごとの数字</h2>{_table(handout)}"
        "<p>「〜」の右は、確認できていない施設も数えたときの数です。</p>"
        f"<h2>出典</h2><ul>{cited}</ul>"
        f"<p>データの版 {html.escape(handout.dataset_version)}</p></main>"
    )


def _table(handout: Handout) -> str:
    rows = district_rows(handout.study)
    heads = (
        "地区",
        "75歳以上",
        "施設",
        "1万人あたり",
        f"{RING_TEXT} 以内に<br>1つもない人",
        f"{RING_TEXT} 以内に<br>2つ以上ある人",
        "最も近い施設<br>（平均）",
    )
    body = "".join(f"<tr>{_cells(row, 'td')}</tr>" for row in rows[:-1])
    foot = f"<tfoot><tr>{_cells(rows[-1], 'td')}</tr></tfoot>" if len(rows) > 2 else ""
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="地区ごとの数字"><table>'
        f"<caption>{html.escape(handout.subject)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody>{foot}</table></div>"
    )


def _cells(row: dict[str, Any], tag: str) -> str:
    need = row["pop75"] or 0.0
    choice = row["pop75_with_2_within_2000_m"] / need if need else float("nan")
    lack = row["pop75_uncovered_share"]
    values = (
        f"{need:,.0f} 人",
        _range(row["facilities"], row["facilities_possible"]),
        "—" if row["per_10000_pop75"] is None else f"{row['per_10000_pop75']:.1f}",
        "—" if lack is None else share_text(lack),
        share_text(choice),
        "—" if row["nearest_m"] is None else distance_text(row["nearest_m"]),
    )
    cells = "".join(f"<{tag}>{value}</{tag}>" for value in values)
    return f'<th scope="row">{html.escape(row["name"])}</th>{cells}'
