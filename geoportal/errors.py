"""Errors that a person can act on, told apart from faults of ours.

Every expected failure is a :class:`GeoportalError`. Its message is written for the person who
gave the input; ``exit_code`` is what the command line returns for it.
A message never holds an address, a coordinate or other text a patient's home could be read from.
"""

from __future__ import annotations


class GeoportalError(Exception):
    """An expected failure with a message for people.

    Attributes
    ----------
    exit_code : int
        What the command line exits with: 1 fault of ours, 2 wrong usage, 3 input refused,
        4 not found, 5 busy.
    """

    exit_code: int = 1


class UsageError(GeoportalError):
    """The question itself is wrong: an unknown code, a number out of range.

    Parameters
    ----------
    message : str
        What is wrong and what is expected.
    field : str
        The dotted name of the offending field, empty when it is the whole.
    """

    exit_code = 2

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnknownDistrictError(UsageError):
    """A question names a district that no list knows: 400 over HTTP, not found (4) as a command.

    What was given is not repeated: it may be an address.
    """

    exit_code = 4

    def __init__(self) -> None:
        listed = "geoportal districts, or GET /api/v1/districts, lists them"
        super().__init__(f"no district has this code; {listed}", "district")


class AddressNotPlacedError(UsageError):
    """An address could not be turned into one position; the message never repeats it.

    Attributes
    ----------
    status : str
        ``ambiguous``, ``not_found`` or ``invalid``.
    """

    exit_code = 4

    def __init__(self, status: str) -> None:
        advice = {
            "ambiguous": "the address fits several places; POST /api/v1/locate lists them",
            "not_found": "the address was not found; give at least the ward and the town",
            "invalid": "this is not an address; give ward, town and number",
        }
        super().__init__(advice.get(status, advice["not_found"]), "near.address")
        self.status = status


class InputRefusedError(GeoportalError):
    """A file was read but is not taken: too many bad rows, wrong datum, unsafe archive."""

    exit_code = 3


class UnreadableSourceError(InputRefusedError):
    """A file cannot be read at all: missing, truncated, not in any known encoding."""


class UnknownLayoutError(InputRefusedError):
    """A file was read, but no known layout fits its header."""


class UnlikeAnyLayoutError(UnknownLayoutError):
    """A file was read, and nothing in it resembles any file we import."""


class NotFoundError(GeoportalError):
    """Something named does not exist."""

    exit_code = 4


class BusyError(GeoportalError):
    """Another import holds the lock."""

    exit_code = 5
