"""The coverage pack: everything a coordinator gives to a committee, in one folder.

Same input, same bytes: dates come from the data, files carry no clock, numbers are rounded to 12
significant digits. `geoportal.export.pack_files` lists the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from geoportal.coverage.report import CoverageReport
from geoportal.coverage.tables import Row
from geoportal.errors import UsageError
from geoportal.export.method import readme_text
from geoportal.export.pack_files import PACK_FILES, PACK_FORMATS
from geoportal.mapped.whole_file import forget_left_over, room_told
from geoportal.progress import Progress, no_progress


def write_pack(
    directory: Path,
    report: CoverageReport,
    formats: Sequence[str] = PACK_FORMATS,
    comparison: Sequence[Row] = (),
    progress: Progress = no_progress,
) -> list[str]:
    """Write the pack; the folder then has all of its files, or is as it was before.

    The directory is made when missing; files of the same name are replaced. README.txt and
    baseline.json are always written, whatever the formats. ``comparison`` is what changed against a
    baseline or a what-if. Returns the names of the files, in the order of `PACK_FILES`.

    Raises
    ------
    UsageError
        When a format is not known, or the directory cannot be written.
    """
    unknown = [name for name in formats if name not in PACK_FORMATS]
    if unknown:
        raise UsageError(f"--format {unknown[0]!r}: expected {', '.join(PACK_FORMATS)}", "format")
    report = replace(report, comparison=tuple(comparison))
    files = [
        file
        for file in PACK_FILES
        if file.format in ("", *formats) and (comparison or not file.needs_comparison)
    ]
    with _temporary_folder(directory) as folder:
        for done, file in enumerate(files):
            progress("資料", done, len(files))
            if file.writer:
                file.write(folder / file.name, report)
            else:
                text = readme_text(report, files)
                (folder / file.name).write_text(text, encoding="utf-8-sig", newline="\r\n")
        progress("資料", len(files), len(files))
        for file in files:
            (folder / file.name).replace(directory / file.name)
    return [file.name for file in files]


@contextmanager
def _temporary_folder(directory: Path) -> Iterator[Path]:
    """Give a folder inside ``directory`` to write in, removed afterwards."""
    made = not directory.exists()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        forget_left_over(directory, ".coverage-*")
        folder = TemporaryDirectory(prefix=".coverage-", dir=directory)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{directory}: cannot be written ({reason})", "out") from None
    try:
        with folder as name, room_told(directory):
            yield Path(name)
    except BaseException:
        if made and not any(directory.iterdir()):
            directory.rmdir()
        raise
