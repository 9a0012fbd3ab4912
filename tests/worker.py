"""What a worker keeps for all of its tests: nothing of it depends on a test.

Every test has an application and a database of its own. Templates, the builders of URLs and SQL
texts are the same in all of them; compiling them anew was a third of the suite's processor time.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
import shutil
import sqlite3
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

import geoportal.desk.store.database as desk_database
import geoportal.ingest.revise.gazetteer as gazetteers
import geoportal.store.database as store_database
from geoportal import workers
from geoportal.address import geocode
from geoportal.address.compiling import compiler
from geoportal.address.gazetteer.gazetteer import FILE_NAME, Gazetteer
from geoportal.services.portal import shipped_reference
from geoportal.store.database import configure_sqlite
from geoportal.store.reference import Reference

_STATEMENTS = 2_000
_SMALL = 1_000_000
"""Bytes; a gazetteer of the shipped municipalities without towns has 400,000."""
_GAZETTEERS = 64
"""So many are kept open."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class _CompiledTemplates(BytecodeCache):
    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


def keep_compiled() -> None:
    """Keep what applications and databases compile until the worker ends."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _CompiledTemplates()}
    _keep_url_builders()
    _keep_statements(SQLiteDialect_pysqlite)
    _keep_statements(PGDialect_psycopg)
    _keep_schemas()
    _keep_gazetteers()
    workers.gc = _StaysFrozen
    for module in (store_database, desk_database):
        module.configure_sqlite = _configure_sqlite


def _keep_url_builders() -> None:
    compiled: dict[object, Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = builder  # type: ignore[method-assign]
    _keep_rules()


def _keep_rules() -> None:
    """Take the parts of a rule of a URL from the same rule of another application."""
    parsed: dict[tuple[str, bool], tuple[Any, Any, Any, set[str]]] = {}
    compile_rule = Rule.compile

    def compiled(rule: Rule) -> None:
        key = rule.rule, rule.merge_slashes
        plain = not (rule.subdomain or rule.defaults or rule.map.host_matching)
        if not plain or key not in parsed:
            compile_rule(rule)
            if plain:
                parsed[key] = rule._parts, rule._trace, rule._converters, set(rule.arguments)
            return
        rule._parts, rule._trace, rule._converters, arguments = parsed[key]
        rule.arguments |= arguments
        rule._build = rule._compile_builder(False).__get__(rule, None)
        rule._build_unknown = rule._compile_builder(True).__get__(rule, None)

    Rule.compile = compiled  # type: ignore[method-assign]


def _keep_statements(dialect: type[Dialect]) -> None:
    """Share SQL texts among the engines of a kind of database: all of a kind are set up alike."""
    statements: LRUCache[Any, Any] = LRUCache(_STATEMENTS)
    dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]

    @sa.event.listens_for(sa.Engine, "engine_connect")
    def share(connection: sa.Connection) -> None:
        if type(connection.dialect) is dialect:
            connection.engine._compiled_cache = statements


def _configure_sqlite(connection: sqlite3.Connection, record: object) -> None:
    """Leave what a test commits in the system's memory: no test survives the machine's power."""
    configure_sqlite(connection, record)
    connection.execute("PRAGMA synchronous=OFF")


def _keep_schemas() -> None:
    """Begin a new file of an embedded database as a copy of the first one that was migrated."""
    own = Path(tempfile.mkdtemp(prefix="geoportal-test-schemas-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    store_database.migrate = _beginning_with(own / "city.db", store_database.migrate)
    desk_database._migrate = _beginning_with(own / "city.db.desk", desk_database._migrate)


def _beginning_with(template: Path, migrate: Callable[[Any], None]) -> Callable[[Any], None]:
    def migrated(database: Any) -> None:
        path = Path(database.engine.url.database or ".")
        is_new = database.engine.dialect.name == "sqlite" and not (
            path.exists() and path.stat().st_size
        )
        if is_new and template.exists():
            with suppress(OSError):  # is said by the migration itself
                shutil.copyfile(template, path)
        migrate(database)
        if is_new and not template.exists():
            database.engine.dispose()  # all is in the file then
            shutil.copyfile(path, template)

    return migrated


class _Gazetteers:
    """Gazetteers of the same places, compiled once, and of the same content, opened once.

    In the derived directory they are named by a digest of what they are made of. Tests get copies,
    as they damage their own files.
    """

    def __init__(self) -> None:
        self._own = Path(tempfile.mkdtemp(prefix="geoportal-test-gazetteers-"))
        atexit.register(shutil.rmtree, self._own, ignore_errors=True)
        self._opened: OrderedDict[str, Gazetteer] = OrderedDict()
        self._parsers: OrderedDict[int, tuple[Any, geocode.MunicipalityParser]] = OrderedDict()
        self._spellings: OrderedDict[Any, Any] = OrderedDict()
        self._compile, self._open = gazetteers._compile, Gazetteer.open
        self._make_parser, self._spell = geocode.MunicipalityParser, compiler.municipality_spellings

    def compile(
        self, connection: Any, reference: Reference, sets: Any, directory: Path, processes: int
    ) -> None:
        """Compile the places of a database, for `_compile`."""
        kept = self._own / directory.name
        if reference is shipped_reference() and kept.exists():
            shutil.copytree(kept, directory)
            return
        self._compile(connection, reference, sets, directory, processes)
        if reference is shipped_reference() and (directory / FILE_NAME).stat().st_size <= _SMALL:
            shutil.copytree(directory, kept)

    def open(self, directory: Path) -> Gazetteer:
        """Open a gazetteer, for `Gazetteer.open`."""
        path = directory / FILE_NAME
        if not path.is_file() or path.stat().st_size > _SMALL:
            return self._open(directory)
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._opened:
            copied = self._own / FILE_NAME
            copied.write_bytes(content)
            try:
                self._opened[digest] = self._open(self._own)
            except ValueError:  # damaged: said of the file itself
                return self._open(directory)
            finally:
                copied.unlink()
        kept = copy(_latest(self._opened, digest))
        kept.directory = directory
        return kept

    def parser(self, regions: Any, spellings: Any, changed: Any) -> geocode.MunicipalityParser:
        """Return the parser of the same spellings; it does not know where a region lies."""
        key = id(spellings)
        if key not in self._parsers:  # with the spellings, so that the key stays theirs
            self._parsers[key] = spellings, self._make_parser(regions, spellings, changed)
        return _latest(self._parsers, key)[1]

    def spellings(self, municipalities: Any, changes: Any, changed: Any) -> Any:
        """Return the spellings of the same municipalities, for `municipality_spellings`."""
        stand_for = tuple((code, *numbers) for code, numbers in changed.items())
        key = tuple(municipalities), tuple(changes), stand_for
        if key not in self._spellings:
            self._spellings[key] = self._spell(municipalities, changes, changed)
        return _latest(self._spellings, key)


def _keep_gazetteers() -> None:
    kept = _Gazetteers()
    doubled_towns = geocode.DoubledTowns
    kept_towns = lru_cache(doubled_towns)

    def towns(listed: Any = ()) -> geocode.DoubledTowns:
        return kept_towns(listed) if isinstance(listed, tuple) else doubled_towns(listed)

    gazetteers._compile = kept.compile
    compiler.municipality_spellings = kept.spellings
    Gazetteer.open = kept.open  # type: ignore[method-assign]
    geocode.MunicipalityParser = kept.parser  # type: ignore[assignment,misc]
    geocode.DoubledTowns = towns  # type: ignore[assignment,misc]


def _latest(kept: OrderedDict[Key, Value], key: Key) -> Value:
    """Return what is kept under a key, and forget what was asked for longest ago."""
    kept.move_to_end(key)
    if len(kept) > _GAZETTEERS:
        kept.popitem(last=False)
    return kept[key]


class _StaysFrozen:
    """The garbage collector for worker processes: what the suite froze stays frozen.

    Looking through all that is loaded takes longer than most tests.
    """

    freeze = staticmethod(gc.freeze)

    @staticmethod
    def collect() -> int:
        return 0

    @staticmethod
    def unfreeze() -> None:
        """Leave it to the end of the run."""
