"""Import plan: files opened, recognised and put in order; nothing stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from geoportal.errors import (
    GeoportalError,
    InputRefusedError,
    UnknownLayoutError,
    UnlikeAnyLayoutError,
    UnreadableSourceError,
)
from geoportal.ingest.catalogue import FICTIONAL, source_named
from geoportal.ingest.content import Content, identify
from geoportal.ingest.files.archives import DOCUMENTS, Member, open_members
from geoportal.ingest.files.mapping import ColumnMapping
from geoportal.ingest.files.refusal import CutFileError, NotNeededError
from geoportal.ingest.files.report import FileReport
from geoportal.ingest.reading.source import LAST
from geoportal.workers import working

AUTO = "auto"
_MEMORY_BYTES = 40_000_000
"""Files are read twice, to find their order and to import them, but for the first so many bytes:
of tables as they are packed, which are those of all Japan."""
_LARGE_BYTES = 1_000_000
"""Tables of text, of which several are read at once in worker processes."""
_TEXTS = frozenset({".csv", ".tsv", ".txt"})


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file to import.

    Attributes
    ----------
    path : Path
    gathered : bool
        True when it was not named by a person but lay in a folder (or among folders, as a shell's
        ``**`` names them): then what resembles nothing we know is left out, not refused.
    """

    path: Path
    gathered: bool = False


@dataclass(frozen=True)
class MemberPlan:
    """A file or a member of an archive, or the report of one that is not imported.

    Attributes
    ----------
    member : Member or None
        Without its bytes, which `FilePlan.read_again` gives; None when it was refused or left out
        before anything was stored.
    report : FileReport
    source : str
        As recognised, empty when it is not.
    fictional : bool
        True for a file of the sample city.
    held : list of Content
        The content as read, taken out when it is imported; empty where there was no room for it.
    place : int
        Which of the member's contents it is.
    is_empty : bool
        True for a table with a header and no row.
    """

    member: Member | None
    report: FileReport
    source: str = ""
    fictional: bool = False
    held: list[Content] = field(default_factory=list, repr=False)
    place: int = 0
    is_empty: bool = False

    @property
    def rank(self) -> tuple[int, str, str]:
        """Its place among the others: what others are checked against comes first."""
        source = source_named(self.source)
        return source.order if source else LAST, self.source, self.report.file


@dataclass(frozen=True)
class FilePlan:
    """A file as it was given: one transaction, however many members it has.

    Attributes
    ----------
    path : Path
        Of the file or archive.
    members : tuple of MemberPlan
        In the order they are imported; one for what is no archive.
    """

    path: Path
    members: tuple[MemberPlan, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """Of the file or archive."""
        return self.path.name

    def read_again(self) -> dict[tuple[str, str], Member]:
        """Return what is in the file, with the bytes, by name and digest.

        Raises
        ------
        InputRefusedError
            When it cannot be read any more.
        """
        return {(member.name, member.sha256): member for member in open_members(self.path)}

    @property
    def rank(self) -> tuple[int, str, str]:
        """The place of its first member."""
        return self.members[0].rank

    @property
    def refused(self) -> list[FileReport]:
        """The reports of members that were refused."""
        return [plan.report for plan in self.members if plan.report.refused]

    def refuse_whole(self) -> None:
        """Refuse the members that are sound, too: an archive is taken whole or not at all."""
        names = ", ".join(report.file.removeprefix(f"{self.name}/") for report in self.refused)
        for plan in self.members:
            if plan.member is not None and not plan.report.refused:
                message = (
                    f"{plan.report.file}: nothing of {self.name} was taken, because it holds a "
                    f"member that was refused: {names}. Mend that member or take it out of the "
                    "archive, or unpack it and import the files one by one"
                )
                plan.report.refuse(message, code="archive_refused")


class Planner:
    """Opens files and finds out what they are.

    ``source`` is ``"auto"`` or the source every file must be of, ``fictional`` names the files of
    the sample city, ``crs`` is the reference system of map files that declare none, ``mapping``
    says what the columns are. Large tables are read in so many worker processes.
    """

    def __init__(
        self,
        source: str,
        fictional: frozenset[Path],
        crs: str = "",
        mapping: ColumnMapping | None = None,
        processes: int = 1,
    ) -> None:
        self._source = source
        self._crs = crs
        self._mapping = mapping
        self._fictional = fictional
        self._processes = processes
        self._room = _MEMORY_BYTES

    def plan(self, files: Iterable[ImportFile]) -> list[FilePlan]:
        """Return the files in the order they are to be imported."""
        listed = list(files)
        apart = self._apart(listed)
        plans = [apart.get(file) or self._file(file) for file in listed]
        members = [part for plan in plans for part in plan.members]
        filled = {part.source for part in members if part.member is not None and not part.is_empty}
        return sorted(
            (replace(plan, members=tuple(_besides(filled, plan.members))) for plan in plans),
            key=lambda plan: plan.rank,
        )

    def _apart(self, files: Iterable[ImportFile]) -> dict[ImportFile, FilePlan]:
        """Return the plans of large tables, if there are several, made in worker processes."""
        large = [file for file in dict.fromkeys(files) if _is_large_table(file.path)]
        number = min(self._processes, len(large))
        if number < 2 or self._mapping is not None:
            return {}
        whole, self._room = self._room, self._room // number
        with working(self._passable, number) as in_workers:
            plans = dict(zip(large, in_workers(large), strict=True))
        held = (one for plan in plans.values() for part in plan.members for one in part.held)
        self._room = whole - sum(one.table.records.pack() for one in held if one.table)
        return plans

    def _passable(self, file: ImportFile) -> FilePlan:
        """Return the plan of a file, with what can be passed from a worker process."""
        plan = self._file(file)
        for part in plan.members:
            if part.held and part.held[0].table is None:
                part.held.clear()
        return plan

    def _file(self, file: ImportFile) -> FilePlan:
        name = file.path.name
        members = tuple(sorted(self._members(file), key=lambda plan: plan.rank))
        left_out = all(not plan.source and not plan.report.refused for plan in members)
        if left_out and not file.gathered:
            members[0].report.refuse(f"{name}: no member of the archive is data", code="unreadable")
        return FilePlan(file.path, members)

    def _members(self, file: ImportFile) -> Iterator[MemberPlan]:
        path = file.path
        report = FileReport(path.name)
        if file.gathered and path.suffix.lower() in DOCUMENTS:
            report.leave_out(f"{path.name}: a document, no data; left out")
            yield MemberPlan(None, report)
            return
        try:
            members = open_members(path)
        except GeoportalError as error:
            report.refuse(str(error), code="unreadable")
            yield MemberPlan(None, report)
            return
        for member in members:
            yield from self._member(member, file, alone=len(members) == 1)

    def _member(self, member: Member, file: ImportFile, *, alone: bool) -> Iterator[MemberPlan]:
        """Yield a plan for each content of a member, or one with the report why there is none."""
        report = FileReport(member.name, sha256=member.sha256)
        try:
            contents = identify(member, self._crs, self._mapping)
        except NotNeededError as error:
            report.source = error.source
            report.leave_out(str(error))
            yield MemberPlan(None, report, error.source)
        except UnlikeAnyLayoutError as error:
            is_text = PurePosixPath(member.name).suffix.lower() == ".txt"  # 利用規約.txt in a zip
            if file.gathered or (is_text and not alone):
                report.leave_out(f"{error} Left out.")
            else:
                report.refuse(str(error), code=refusal_code(error))
            yield MemberPlan(None, report)
        except InputRefusedError as error:
            report.refuse(str(error), code=refusal_code(error), line=refusal_line(error))
            yield MemberPlan(None, report)
        else:
            for place, content in enumerate(contents):
                yield self._content(member, report.sha256, file, content, place)

    def _content(
        self, member: Member, sha256: str, file: ImportFile, content: Content, place: int
    ) -> MemberPlan:
        name = f"{member.name}/{content.part}" if content.part else member.name
        report = FileReport(name, sha256=sha256)
        source = content.source.name
        fictional = file.path in self._fictional
        report.source = FICTIONAL.name if fictional else source
        if self._source not in (AUTO, source):
            message = (
                f"{member.name}: this is a {source} file, not {self._source}; "
                "leave --source away or give the right one"
            )
            report.refuse(message, code="wrong_source")
            return MemberPlan(None, report, source)
        bare = replace(member, data=b"", parts={})
        whole = 0 if place else len(member.data)
        size = content.table.records.pack() if content.table else whole
        has_room = size <= self._room
        self._room -= size if has_room else 0
        held = [content] if has_room else []
        return MemberPlan(bare, report, source, fictional, held, place, content.is_empty)


def _is_large_table(path: Path) -> bool:
    try:
        return path.suffix.lower() in _TEXTS and path.stat().st_size >= _LARGE_BYTES
    except OSError:  # said when it is read
        return False


class Reading:
    """The contents of a file one after the other: as they were planned, else read again.

    ``crs`` and ``mapping`` are those of the `Planner`.
    """

    def __init__(self, plan: FilePlan, crs: str, mapping: ColumnMapping | None) -> None:
        self._plan = plan
        self._crs = crs
        self._mapping = mapping
        self._members: dict[tuple[str, str], Member] = {}
        self._read = False

    def content(self, part: MemberPlan) -> Content:
        """Return the content of a member that is to be imported; it is not kept.

        Raises
        ------
        InputRefusedError
            When the file cannot be read any more, or is not what it was.
        """
        if part.held:
            return part.held.pop()
        if not self._read:
            self._members, self._read = self._plan.read_again(), True
        assert part.member is not None  # noqa: S101 (only members that are imported are asked for)
        key = part.member.name, part.report.sha256
        member = self._members.get(key)
        if member is None:
            raise InputRefusedError(
                f"{part.member.name}: the file changed while it was being imported; nothing of it "
                "was taken. Import it again when it is complete"
            )
        if len(self._plan.members) == 1:
            del self._members[key]
        return identify(member, self._crs, self._mapping)[part.place]


def _besides(filled: Collection[str], members: Iterable[MemberPlan]) -> Iterator[MemberPlan]:
    """Yield members; an empty table is left out where others of its source have rows.

    The publisher has a file for each service, and in a city there is no office of some.
    """
    for part in members:
        if part.is_empty and part.source in filled:
            part.report.leave_out(f"{part.report.file}: a header and no row below it; left out")
            yield replace(part, member=None)
        else:
            yield part


def refusal_code(error: InputRefusedError) -> str:
    """Return the issue code of a refusal."""
    if isinstance(error, UnknownLayoutError):
        return "unknown_layout"
    return "unreadable" if isinstance(error, UnreadableSourceError) else "refused"


def refusal_line(error: InputRefusedError) -> int:
    """Return the line a refusal is about, 1 for the file as a whole."""
    return error.line if isinstance(error, CutFileError) else 1
