# Facilities that visit, with sf, from OGC API - Features (GDAL 3.3 or newer).
library(sf)

site <- "http://127.0.0.1:8000"
ogc <- paste0("OAPIF:", site, "/ogc")
st_layers(ogc)                                   # facilities, districts, centres

# The whole collection; GDAL follows the pages.
facilities <- st_read(ogc, layer = "facilities")
table(facilities$VM_REG)                         # yes, no, unknown, not_applicable

# Only what a filter lets through (CQL2 text); unknown is never no.
filter <- URLencode("municipality_code = '40106' AND VM_REG IN ('yes', 'unknown')", reserved = TRUE)
items <- paste0(site, "/ogc/collections/facilities/items?limit=1000&filter=", filter)
visit <- st_read(items)

# In metres: plane-rectangular zone II (Fukuoka), then how many lie in each ward.
districts <- st_read(ogc, layer = "districts")
visit <- st_transform(visit, 6670)
wards <- st_transform(districts[districts$level == "ward", ], 6670)
wards$visit <- lengths(st_intersects(wards, visit))
plot(wards["visit"])
