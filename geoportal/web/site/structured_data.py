"""A facility as schema.org JSON-LD, for search engines."""

from __future__ import annotations

from geoportal.documents import Document
from geoportal.store.reference import KindInfo


def structured_data(feature: Document, address: str, kind: KindInfo) -> Document:
    """Return schema.org JSON-LD of a facility: public data of the institution only."""
    properties = feature["properties"]
    document: Document = {
        "@context": "https://schema.org",
        "@type": kind.schema_org,
        "@id": address,
        "name": properties["name"],
        "address": {
            "@type": "PostalAddress",
            "addressCountry": "JP",
            "streetAddress": properties["address"],
            **({"postalCode": properties["postal_code"]} if properties["postal_code"] else {}),
        },
    }
    for key, value in (("telephone", properties["phone"]), ("faxNumber", properties["fax"])):
        if value:
            document[key] = value
    if feature["geometry"] and properties["location"]["level"] in {"point", "house", "block"}:
        lon, lat = feature["geometry"]["coordinates"]
        document["geo"] = {"@type": "GeoCoordinates", "latitude": lat, "longitude": lon}
    return document
