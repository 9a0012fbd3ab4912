"""IDs of 医療情報ネット: text of many shapes (``46110002``, ``421hgo0001``, ``151BYJTX00001``)."""

from __future__ import annotations

import re
from typing import Final

NAVII_NUMBER: Final = re.compile(r"\d{2}[0-9A-Za-z]{3,11}")
"""Prefecture, then as the prefecture chooses; the third letter is mostly the kind."""
