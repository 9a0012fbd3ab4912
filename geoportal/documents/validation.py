"""Faults of requests, in words that never repeat what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from geoportal.documents.requests import Strict
from geoportal.errors import UsageError

_NAME: Final = re.compile(r"[A-Za-z_]{1,24}|[0-9]{1,3}")
_ALIKE: Final = 0.75
"""Likeness from which an unknown key is a known one misspelt: ``raduis_m`` is 0.88 like
``radius_m``."""
_UNKNOWN: Final = "(unknown key)"
_MOST: Final = 20
"""Faults that are named."""
_TAGS: Final = frozenset({"Point", "Address", "str", "list[str]"})
Request = TypeVar("Request", bound=BaseModel)


def checked(model: type[Request], values: Mapping[str, Any]) -> Request:
    """Return a request of what was given.

    Raises
    ------
    UsageError
        When it is none; the values are not repeated.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UsageError(explain(error)) from None


def explain(error: ValidationError) -> str:
    """Return a validation error as one line, without the values that were given."""
    said = [f"{field_of(detail)}: {detail['msg']}" for detail in first_faults(error)]
    more = error.error_count() - len(said)
    return "; ".join([*said, f"and {more} more"] if more else said)


def first_faults(error: ValidationError) -> list[ErrorDetails]:
    """Return what is said of a request that does not fit: not of thousands, which takes time."""
    return error.errors(include_input=False, include_url=False, include_context=False)[:_MOST]


def field_of(detail: ErrorDetails) -> str:
    """Return the dotted name of a field at fault; the names of alternatives are left out.

    An unknown key is repeated only where it is a known name misspelt: it may be an address or an
    illness in the wrong place.
    """
    *above, last = map(str, detail["loc"] or ("",))
    unknown = detail["type"] == "extra_forbidden" and not get_close_matches(
        last, _known_names(Strict), 1, _ALIKE
    )
    return ".".join(
        part if _NAME.fullmatch(part) else _UNKNOWN
        for part in (*above, _UNKNOWN if unknown else last)
        if part and part not in _TAGS and not part.startswith(("constrained-", "list["))
    )


def _known_names(model: type[BaseModel]) -> Iterator[str]:
    """Yield the names of the fields of all requests."""
    yield from model.model_fields
    for kind in model.__subclasses__():
        yield from _known_names(kind)
