"""How templates look up names."""

from __future__ import annotations

from typing import Any

from flask.templating import Environment

_METHODS = frozenset(dir(dict))


class KeysFirst(Environment):
    """``one.name`` of a dictionary is its key: no attribute is looked for before it.

    Documents are dictionaries, and a page asks for hundreds of their members; Jinja's own way
    tries an attribute first, which a dictionary does not have.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a member of an object, undefined where there is none."""
        if type(obj) is dict and attribute not in _METHODS:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)
