"""Facilities of a ward that visit, with pandas and geopandas, from the site's lasting addresses."""

import geopandas as gpd
import pandas as pd

SITE = "http://127.0.0.1:8000"

# Every fact as a column: words first, then codes; one column for each need, headed by its code.
# Codes are text, and so are yes, no, unknown and not_applicable.
table = pd.read_csv(f"{SITE}/data/files/districts/40106.csv", dtype=str, keep_default_na=False)
visit = table[table["VM.REG"] == "yes"]
print(len(visit), "of", len(table), "are known to visit")
print((table["VM.REG"] == "unknown").sum(), "are not known (未確認): ask, do not leave out")

# The same for maps: positions in degrees, without a position a null geometry.
points = gpd.read_file(f"{SITE}/data/files/districts/40106.geojson", engine="pyogrio")
print(points.crs, points.geometry.notna().sum(), "have a position")

# Only what a filter lets through, from OGC API – Features (CQL2 text).
asked = f"{SITE}/ogc/collections/facilities/items?VM_REG=yes&municipality_code=40106&limit=1000"
print(gpd.read_file(asked, engine="pyogrio")[["name", "phone"]])
