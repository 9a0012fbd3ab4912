"""Faults of requests, in words that never repeat what was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from geoportal.errors import UsageError

_NAME: Final = re.compile(r"[A-Za-z_]{1,24}|[0-9]{1,3}")
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
    details = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{field_of(detail['loc'])}: {detail['msg']}" for detail in details)


def field_of(location: tuple[int | str, ...]) -> str:
    """Return the dotted name of a field; the names of alternatives are left out.

    A key that does not look like a field's name is not repeated: it may be an address.
    """
    return ".".join(
        part if _NAME.fullmatch(part) else "(unknown key)"
        for part in map(str, location)
        if part not in _TAGS and not part.startswith(("constrained-", "list["))
    )
