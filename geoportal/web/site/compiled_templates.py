"""Templates compiled to Python's code, kept in one file for the next start: compiling takes long.

The file holds code that is run. It is read only where nobody but its owner, who runs this program,
can read or write it, and where it is as it was written; else templates are compiled.
"""

from __future__ import annotations

import hashlib
import importlib.util
import marshal
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import Final

import jinja2
from jinja2.bccache import Bucket

from geoportal.mapped.program import program_digest
from geoportal.mapped.whole_file import remove_earlier, whole_file

PREFIX: Final = "templates-"
_DECIDING: Final = ("desk/web", "web")
"""Modules whose functions may have a part in what is compiled, as filters of constants have."""
_DIGEST_BYTES: Final = hashlib.sha256().digest_size
_OWNERS_ALONE: Final = 0o600


def load_templates(environment: jinja2.Environment, names: Iterable[str], folder: Path) -> None:
    """Load templates, compiled as kept in a folder, and keep there what was not."""
    decided = f"{program_digest(_DECIDING)} {jinja2.__version__} {importlib.util.MAGIC_NUMBER!r}"
    made_by = hashlib.sha256(decided.encode()).hexdigest()
    kept = _Kept(folder / f"{PREFIX}{made_by[:16]}.bin")
    environment.bytecode_cache = kept
    for name in names:
        environment.get_template(name)
    environment.bytecode_cache = None
    kept.keep()


class _Kept(jinja2.BytecodeCache):
    """Code by template and checksum of its text."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._codes = _read(path)
        self._has_new = False

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get(_name(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[_name(bucket)] = bucket.code
            self._has_new = True

    def keep(self) -> None:
        """Write what was compiled, where it can be."""
        if not self._has_new:
            return
        body = marshal.dumps(self._codes)
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self._path) as file:
                os.fchmod(file.fileno(), _OWNERS_ALONE)
                file.write(hashlib.sha256(body).digest() + body)
            remove_earlier(self._path, f"{PREFIX}*.bin", 1)


def _name(bucket: Bucket) -> str:
    return f"{bucket.key} {bucket.checksum}"


def _read(path: Path) -> dict[str, CodeType]:
    """Return the code in a file, none where it is missing, damaged or open to others."""
    try:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            if state.st_uid != os.geteuid() or stat.S_IMODE(state.st_mode) != _OWNERS_ALONE:
                return {}
            whole = file.read()
    except OSError:
        return {}
    digest, body = whole[:_DIGEST_BYTES], whole[_DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != digest:
        return {}
    codes: dict[str, CodeType] = marshal.loads(body)  # noqa: S302 - of this user's own
    return codes
