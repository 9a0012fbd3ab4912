"""Import run: each file or archive is one transaction, taken whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import Path, PurePosixPath

import sqlalchemy as sa

from geoportal.domain.dating import imported_on, stated_date, undated
from geoportal.errors import InputRefusedError, UnreadableSourceError
from geoportal.ingest.catalogue import FICTIONAL
from geoportal.ingest.content import Content
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.mapping import ColumnMapping
from geoportal.ingest.files.report import INFO, WARNING, FileReport, ImportReport, Issue
from geoportal.ingest.plan import (
    AUTO,
    FilePlan,
    ImportFile,
    MemberPlan,
    Planner,
    Reading,
    refusal_code,
    refusal_line,
)
from geoportal.ingest.reading.edition import Edition, chosen_date
from geoportal.ingest.reading.edition_dates import date_in_name, date_in_title
from geoportal.ingest.reading.extract import Extract, FacilityExtract
from geoportal.ingest.reading.listings import Listings
from geoportal.ingest.reading.municipalities import municipality_finder
from geoportal.ingest.repetition import KeptReports, comparable
from geoportal.ingest.resolve.doubts import IN_OLD_DATUM, doubt_positions
from geoportal.ingest.resolve.facility import NAMELESS
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.revise.gazetteer import load_geography, open_gazetteer
from geoportal.ingest.revise.position_issues import Found, position_issues
from geoportal.ingest.revise.refresh import refresh_facilities
from geoportal.ingest.revise.revision import Revision
from geoportal.ingest.revise.storage import store
from geoportal.ingest.revise.town_places import place_towns, town_issues
from geoportal.ingest.sources.boundary import OutlineExtract
from geoportal.ingest.sources.town_population import TownExtract
from geoportal.progress import Progress
from geoportal.store.database import (
    Database,
    advance_dataset_version,
    dataset_version,
    version_after_failure,
)
from geoportal.store.editions import (
    drop_undated,
    edition_of_digest,
    has_edition,
    open_count,
    rows_of_others,
    write_edition,
)
from geoportal.store.facilities import begun_names, facility_ids
from geoportal.store.faults import database_fault
from geoportal.store.import_issues import gravest, write_issues
from geoportal.store.reference import Reference
from geoportal.store.town_population import read_town_sets
from geoportal.workers import WorkerDiedError

_MOST_REJECTED_PERCENT = 20.0
_SHRUNK_SHARE = 0.15
"""Rows of a file, of those held where it lists something, below which it must be confirmed."""
_FEWEST_LOST = 5
_CUT_SHARE = 0.3
"""Rows lost of an area from which a file may be the beginning of a longer one."""


@dataclass(frozen=True)
class ImportOptions:
    """How files are imported.

    Attributes
    ----------
    source : str
        ``"auto"``, or the source every file must be.
    as_of : str
        ISO date of the content; empty: found out.
    dry_run : bool
        Do everything and keep nothing.
    max_rejected_percent : float or None
        A file with a larger share of rejected rows is refused: with None, outlines with any
        broken feature, and other files with more than 20 %.
    crs : str
        Reference system (EPSG code) of map files that declare none; empty when nobody names one.
    accept_shrink : bool
        Take a file with far fewer rows than are held.
    fictional : frozenset of Path
        Files of the sample city: marked as such, dated by the day of their first load, and
        giving way to real outlines and towns.
    mapping : ColumnMapping or None
        What the columns of the files are, where a person has written it down.
    processes : int
        Worker processes for files with many rows; with 1 all is done in this one.
    prefectures : tuple of str
        Two digits each: of lists of all Japan only rows of these are taken. Empty for all.
    """

    source: str = AUTO
    as_of: str = ""
    dry_run: bool = False
    max_rejected_percent: float | None = None
    crs: str = ""
    accept_shrink: bool = False
    fictional: frozenset[Path] = frozenset()
    mapping: ColumnMapping | None = None
    processes: int = 1
    prefectures: tuple[str, ...] = ()


class ImportRun:
    """One import: its options, and the geography loaded so far.

    Its arguments are those of `geoportal.ingest.pipeline.import_files`.
    """

    def __init__(
        self,
        database: Database,
        reference: Reference,
        options: ImportOptions,
        today: date,
        progress: Progress,
    ) -> None:
        self._database = database
        self._reference = reference
        self._options = options
        self._as_of = chosen_date(options.as_of)
        self._today = today
        self._progress = progress
        self._municipalities = municipality_finder(reference)
        self._strengths = {name: info.evidence for name, info in reference.sources.items()}
        self._geography: Geography | None = None
        self._digests: set[str] = set()

    def run(self, paths: Sequence[ImportFile]) -> ImportReport:
        """Import these files, what others are checked against first."""
        options = self._options
        kept = self._kept_reports(paths)
        with self._database.engine.connect() as connection:
            said = kept and kept.recall(dataset_version(connection))
        if said:
            return said
        planner = Planner(
            options.source, options.fictional, options.crs, options.mapping, options.processes
        )
        plans = planner.plan(paths)
        self._digests = {part.report.sha256 for plan in plans for part in plan.members}
        reports = [part.report for plan in plans for part in plan.members]
        count = len(plans)
        with self._database.engine.connect() as connection:
            with self._whole(connection):
                for number in range(count):
                    self._progress("files", number, count)
                    self._import(connection, plans.pop(0))
                self._progress("files", count, count)
            if not self._options.dry_run:
                self._prepare_searches(connection, reports)
            report = ImportReport(tuple(reports), dataset_version(connection))
        if kept:
            kept.keep(report, self._today.isoformat())
        return report

    def _kept_reports(self, paths: Sequence[ImportFile]) -> KeptReports | None:
        """Return what earlier imports of these files said; None for what is checked anew."""
        if self._options.dry_run or self._options.fictional or not comparable(paths):
            return None
        derived = self._database.derived_directory
        return KeptReports(derived, self._reference, self._options, paths)

    def _prepare_searches(self, connection: sa.Connection, reports: list[FileReport]) -> None:
        """Compile the gazetteer; where the disk fails, say that the data are in all the same."""
        try:
            open_gazetteer(self._database, connection, self._reference, self._options.processes)
        except (OSError, sa.exc.DBAPIError, WorkerDiedError) as error:
            message = (
                "the data are in; only the compiled gazetteer could not be written (is the disk "
                "full?). The next search makes it; there is nothing to import again"
            )
            cause = str(getattr(error, "strerror", "") or type(error).__name__)
            reports[-1].note([Issue(1, "", "not_compiled", WARNING, cause, message)])

    @contextmanager
    def _whole(self, connection: sa.Connection) -> Iterator[None]:
        """Wrap a dry run in one transaction that is rolled back at the end."""
        if not self._options.dry_run:
            yield
            return
        outer = connection.begin()
        try:
            yield
        finally:
            outer.rollback()

    def _import(self, connection: sa.Connection, plan: FilePlan) -> None:
        """Import one file or archive in a transaction of its own, rolled back when refused."""
        if plan.refused:
            plan.refuse_whole()
            return
        begin = connection.begin_nested if self._options.dry_run else connection.begin
        geography = self._geography
        read = Reading(plan, self._options.crs, self._options.mapping)
        transaction = begin()
        try:
            for part in plan.members:
                if part.member is not None:
                    self._import_member(connection, part.member, part, read)
        except BaseException:
            transaction.rollback()
            raise
        if plan.refused:
            transaction.rollback()
            self._geography = geography
            plan.refuse_whole()
        else:
            self._commit(connection, transaction, plan)
        for part in plan.members:
            part.report.close()

    def _commit(
        self, connection: sa.Connection, transaction: sa.Transaction, plan: FilePlan
    ) -> None:
        """Commit a file; where that fails, say so of data that are in all the same."""
        made = dataset_version(connection)
        report = plan.members[-1].report
        try:
            transaction.commit()
        except sa.exc.DBAPIError as error:
            fault = database_fault(error)
            if fault is None or not any(part.report.changed for part in plan.members):
                raise
            try:
                held = version_after_failure(self._database, connection, transaction)
            except sa.exc.DBAPIError:
                raise type(fault)(
                    f"{fault}; whether the data of {report.file} are in cannot be told now, and "
                    "importing it again changes nothing if they are"
                ) from error
            if held != made:
                raise
            message = (
                "the data are in, but the database gave an error at the very end: check its disk "
                "or server, and should the power fail before, import the file again"
            )
            report.note([Issue(1, "", "end_of_storing_failed", WARNING, str(fault), message)])

    def _import_member(
        self, connection: sa.Connection, member: Member, plan: MemberPlan, read: Reading
    ) -> None:
        """Import a member; after a refusal the others are still read, to report their issues."""
        geography = self._geography
        part = connection.begin_nested()
        try:
            self._import_content(connection, member, read.content(plan), plan)
        except InputRefusedError as error:
            part.rollback()
            self._geography = geography
            plan.report.refuse(str(error), code=refusal_code(error), line=refusal_line(error))
        else:
            part.commit()

    def _import_content(
        self, connection: sa.Connection, member: Member, content: Content, plan: MemberPlan
    ) -> None:
        """Extract, store and report; resolve what the file touches.

        What was read is let go as soon as it is interpreted, for both together take most memory.
        """
        report = plan.report
        if plan.fictional:  # by its content (a census), else by its first load
            first = edition_of_digest(connection, FICTIONAL.name, report.sha256)
            as_of = content.date or first or self._today.isoformat()
        else:
            as_of = self._date(connection, member, content, report)
        source = FICTIONAL.name if plan.fictional else content.source.name
        edition = Edition(
            source,
            as_of,
            self._municipalities,
            self._reference.kinds,
            self._progress,
            drop_undated(connection, source, report.sha256) if stated_date(as_of) else (),
            self._outdone(connection, source, as_of, report.sha256),
            self._options.processes,
            frozenset(self._options.prefectures),
        )
        report.as_of = edition.as_of
        layout, issues, is_geography = content.layout, content.issues, content.source.is_geography
        extract = content.extract(edition)
        del content
        old = doubt_positions(extract, layout, lambda: self._held_geography(connection))
        revision = store(connection, extract, edition)
        report.count(extract.rows_read, extract.rejected, revision)
        report.elsewhere = extract.elsewhere
        report.note([*issues, *extract.issues, *revision.issues])
        self._refuse_bad(report)
        self._refuse_broken(extract, report)
        self._refuse_shrunk(connection, report, revision)
        report.note([*_ignored(member), *_elsewhere(report, edition)])
        if is_geography:
            report.note(_many_removed(report))
        places = Listings().rows
        if isinstance(extract, FacilityExtract):  # what follows needs little of what was read
            places = extract.listed.placed()
            extract.listed.clear()
        found: dict[str, Found | None] = dict.fromkeys(one.own_id for one in places)
        refreshed = self._refresh(connection, extract, revision, found, is_geography=is_geography)
        if old.whole:
            raise InputRefusedError(f"{report.file}: {IN_OLD_DATUM}")
        if not found:  # lists say where each is; hours and answers to a survey do not
            report.note(_in_no_list(connection, revision))
        report.note(position_issues(connection, places, layout, found))
        if isinstance(extract, TownExtract):
            report.note(town_issues(connection, extract))
        new = not has_edition(connection, edition.source, report.sha256, edition.as_of)
        if new:
            self._add_edition(connection, edition, report)
        report.changed = refreshed or revision.changed or new
        if report.changed:
            cause = f"{edition.source} {edition.as_of} {report.sha256}"
            advance_dataset_version(connection, cause)

    def _date(
        self, connection: sa.Connection, member: Member, content: Content, report: FileReport
    ) -> str:
        """Date the file: by option, earlier import, content, its titles or name; else unknown."""
        named = (
            date_in_title(content.titles)
            or date_in_name(PurePosixPath(member.name).name)
            or date_in_name(content.titles)
            or date_in_name(member.name)
        )
        as_of = (
            self._as_of
            or edition_of_digest(connection, content.source.name, report.sha256)
            or content.date
            or (named.isoformat() if named else undated(self._today))
        )
        stated = stated_date(as_of)
        if stated is None:
            message = (
                "no date is in the file, its titles or its name: from when it is stays unknown, "
                "and it counts as older than any dated edition. Import it again with --as-of "
                "YYYY-MM-DD, the date the publisher states"
            )
            report.note([Issue(1, "", "date_unknown", WARNING, imported_on(as_of), message)])
        elif stated > self._today.isoformat():
            message = "the date lies in the future; facts will look current for too long"
            report.note([Issue(1, "", "future_date", WARNING, as_of, message)])
        return as_of

    def _outdone(
        self, connection: sa.Connection, source: str, as_of: str, sha256: str
    ) -> tuple[int, ...]:
        """Return `Edition.outdoes`: files imported in the same run are never outdone."""
        if not has_edition(connection, source, sha256, as_of):
            return ()
        return rows_of_others(connection, source, as_of, self._digests | {sha256})

    def _refuse_bad(self, report: FileReport) -> None:
        chosen = self._options.max_rejected_percent
        limit = _MOST_REJECTED_PERCENT if chosen is None else chosen
        if report.rejected and report.rejected * 100 > limit * report.rows_read:
            raise InputRefusedError(
                f"{report.file}: {report.rejected} of {report.rows_read} rows cannot be taken, "
                f"more than {limit:g} %; nothing was changed. See the issues; if the columns are "
                "shifted get the file again, or raise --max-rejected"
            )

    def _refuse_broken(self, extract: Extract, report: FileReport) -> None:
        """Refuse outlines of which one cannot be used.

        Whoever lives in a district that is missing would be answered as living in none.
        """
        broken = extract.broken if isinstance(extract, OutlineExtract) else 0
        if broken and self._options.max_rejected_percent is None:
            raise InputRefusedError(
                f"{report.file}: {broken} of its outlines cannot be used, so districts would be "
                "missing or incomplete; nothing was changed. See the issues; get the file again, "
                "or mend it. --max-rejected 50 takes the others"
            )

    def _refuse_shrunk(
        self, connection: sa.Connection, report: FileReport, revision: Revision
    ) -> None:
        """Refuse a file without a row, with a few rows where many are held, or with other numbers.

        A list is in the order of its areas: of one that ends early only an area is incomplete.
        """
        if not report.rows_read and not report.elsewhere:
            raise UnreadableSourceError(
                f"{report.file}: there is a header and no row of data below it; nothing was "
                "changed. Get the file again"
            )
        kept = report.updated + report.unchanged
        held, rows = kept + report.removed, kept + report.created
        if report.removed < _FEWEST_LOST or self._options.accept_shrink:
            return
        renumbered = revision.renumbered
        if renumbered >= max(_FEWEST_LOST, _CUT_SHARE * held):
            raise InputRefusedError(
                f"{report.file}: {renumbered} of {held} records held from the edition before would "
                "be closed, and stand in this file with the same name and address under another "
                "number; nothing was changed. The column of numbers is probably damaged (zeros "
                "lost, cells moved or filled): get the file again; if the publisher has numbered "
                "anew, import it with --accept-shrink"
            )
        cut = report.removed >= _CUT_SHARE * held  # within the first of the areas it listed once
        listed = open_count(connection, report.source) + report.removed if cut else 0
        if rows <= _SHRUNK_SHARE * max(held, listed):
            raise InputRefusedError(
                f"{report.file}: {rows} rows where {held} are held from the edition before, so "
                f"{report.removed} would be closed; nothing was changed. If the file is only a "
                "part, get the whole one; if it is right, import it with --accept-shrink"
            )

    def _held_geography(self, connection: sa.Connection) -> Geography:
        if self._geography is None:
            self._progress("gazetteer", 0, 1)
            self._geography = load_geography(
                self._database, connection, self._reference, self._options.processes
            )
        return self._geography

    def _refresh(
        self,
        connection: sa.Connection,
        extract: Extract,
        revision: Revision,
        found: dict[str, Found | None],
        *,
        is_geography: bool,
    ) -> bool:
        """Resolve what the file touches: everything when the geography has changed.

        ``found``: see `refresh_facilities`.
        """
        ids = sorted(revision.facility_ids)
        towns = sorted(extract.towns) if isinstance(extract, TownExtract) else []
        if is_geography and revision.changed:
            self._geography = None
            ids = facility_ids(connection)
            towns = [stored.municipality_code for stored in read_town_sets(connection)]
        if not ids and not towns:
            return False
        geography = self._held_geography(connection)
        moved = place_towns(connection, geography, self._reference, towns)
        changed = refresh_facilities(
            connection,
            ids,
            geography,
            self._strengths,
            self._progress,
            self._options.processes,
            found or None,
        )
        return changed > 0 or moved > 0

    def _add_edition(self, connection: sa.Connection, edition: Edition, report: FileReport) -> None:
        counts = ("rows_read", "accepted", "rejected", "created", "updated", "unchanged", "removed")
        number = write_edition(
            connection,
            {
                "source": edition.source,
                "file_name": report.file,
                "sha256": report.sha256,
                "as_of": edition.as_of,
                "imported_at": self._today.isoformat(),
                **{name: getattr(report, name) for name in counts},
                "issue_count": len(report.issues),
            },
        )
        answers = self._strengths.get(edition.source) == "survey"  # not published
        kept = gravest(report.issues, attrgetter("severity"))
        issues = [issue.as_dict() | ({"value": ""} if answers else {}) for issue in kept]
        write_issues(connection, number, issues)


def _elsewhere(report: FileReport, edition: Edition) -> list[Issue]:
    message = "rows of other prefectures were left out; taken are those of " + ", ".join(
        sorted(edition.prefectures)
    )
    count = report.elsewhere
    return [Issue(1, "", "elsewhere", INFO, str(count), message)] if count else []


def _many_removed(report: FileReport) -> list[Issue]:
    """Return the issue of geography of which much is missing where the file lists something."""
    held = report.updated + report.unchanged + report.removed
    if report.removed < max(_FEWEST_LOST, _CUT_SHARE * held):
        return []
    message = (
        f"{report.removed} of {held} held from the edition before are missing from this file where "
        "it lists others, and were removed; if the file is only a part, import the whole one"
    )
    return [Issue(1, "", "many_removed", WARNING, str(report.removed), message)]


def _in_no_list(connection: sa.Connection, revision: Revision) -> list[Issue]:
    """Return the issue of facilities of which a file tells something, and no list the name."""
    names = begun_names(connection, sorted(revision.facility_ids), NAMELESS)
    if not names:
        return []
    message = (
        f"{len(names)} facilities of this file are in no list that is held: they have neither name "
        "nor place; check their numbers, or import the list in which they are"
    )
    return [Issue(1, "", "in_no_list", WARNING, " ".join(names[:3]), message)]


def _ignored(member: Member) -> list[Issue]:
    message = "members of the archive that are not data were left out"
    return (
        [Issue(1, "", "members_left_out", INFO, ", ".join(member.ignored), message)]
        if member.ignored
        else []
    )
