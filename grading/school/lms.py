"""Files of learning management systems: rosters in, submissions in, grades out.

Moodle: the grading worksheet of an assignment (CSV), or a list of participants as a roster; the ZIP file of
"Download all submissions". Canvas: the export of the gradebook (CSV); the ZIP file of "Download Submissions".
A student is found again by the number that the system gives: Moodle's participant, which is another in each
assignment, or Canvas's user ID.
"""

import contextlib
import csv
import functools
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path, PurePosixPath

import dateutil.parser

from grading.assignment import CourseError

Read = Callable[[], bytes]  # of a file in a download
NBGRADER, MOODLE, CANVAS = "nbgrader", "Moodle", "Canvas"
# The columns that may name a student, the best first.
IDS = {
    NBGRADER: ("id",),
    MOODLE: ("Username", "ID number", "Email address"),
    CANVAS: ("SIS Login ID", "SIS User ID", "ID"),
}
# name_number_assignsubmission_file/work.ipynb; older: ..._file_/work.ipynb; without folders: ..._file_work.ipynb
IN_MOODLE = re.compile(r"(?:.*/)?[^/]+_(?P<number>\d+)_assignsubmission_file(?:_/|/|_)(?P<file>.+)")
# name_user_attachment_work.ipynb, or name_LATE_user_attachment_work.ipynb
IN_CANVAS = re.compile(r"(?:.*/)?[^/]+?_(?P<late>LATE_)?(?P<number>\d+)_\d+_(?P<file>.+)")
HANDED_IN = "Last modified (submission)"
MOST_BYTES = 200 * 2**20  # of what one student's archives hold
DEEPEST = 3  # an archive in an archive in an archive


@dataclass(frozen=True)
class Person:
    """A student of a roster. number: of Moodle's participant or Canvas's user, or ''."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    number: str = ""
    handed_in: str = ""


@dataclass
class Roster:
    """A CSV file of a system. header, rows: as in the file; people: {row number: Person}."""

    system: str
    header: list[str]
    rows: list[list[str]]
    people: dict[int, Person] = field(default_factory=dict)

    @property
    def numbers(self) -> dict[str, Person]:
        return {person.number: person for person in self.people.values() if person.number}


def read_roster(path: Path, id_column: str | None = None) -> Roster:
    """Read a CSV file of nbgrader, Moodle or Canvas.

    id_column: what to call students by; the first of IDS that the file has and fills, if not given
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            header, *rows = list(csv.reader(stream)) or [[]]
    except (OSError, UnicodeError, csv.Error) as error:
        raise CourseError(f"{path} cannot be read: {error}") from error
    roster = Roster(_system(path, header), header, rows)
    fields = {number: dict(zip(header, row, strict=False)) for number, row in enumerate(rows)}
    people = {n: row for n, row in fields.items() if any(row.values()) and not _is_no_student(roster.system, row)}
    column = id_column or next((c for c in IDS[roster.system] if any(row.get(c) for row in people.values())), None)
    if column not in header:
        raise CourseError(f"{path} has no column {column or ' or '.join(IDS[roster.system])!r}, only {header}")
    for number, row in people.items():
        roster.people[number] = _person(roster.system, row, row.get(column, "").strip())
    names = [person.id for person in roster.people.values()]
    for name in names:
        if not name or name != Path(name).name or name.startswith("."):
            raise CourseError(f"{path}: {name!r} in column {column!r} cannot be a student's name. Try another --id.")
    if doubled := {name for name in names if names.count(name) > 1}:
        raise CourseError(f"{path}: more than one row of {', '.join(sorted(doubled))}. Try another --id.")
    return roster


def _system(path: Path, header: list[str]) -> str:
    if "id" in header:
        return NBGRADER
    if "ID" in header and ("Student" in header or "LastName" in header):
        return CANVAS
    if "Email address" in header or "Identifier" in header:
        return MOODLE
    raise CourseError(f"{path} is no file of nbgrader, Moodle or Canvas that is known: its columns are {header}")


def _is_no_student(system: str, row: Mapping[str, str]) -> bool:
    """Say whether a row of Canvas tells the points of the assignments, or which are posted, or is a test student."""
    return system == CANVAS and (not row["ID"].strip().isdigit() or row.get("Student", "").strip() == "Student, Test")


def _person(system: str, row: Mapping[str, str], name: str) -> Person:
    if system == NBGRADER:
        number = row.get("lms_user_id") or ""
        return Person(name, row.get("first_name") or "", row.get("last_name") or "", row.get("email") or "", number)
    if system == CANVAS:
        last, _, first = row.get("Student", "").partition(", ")
        return Person(name, row.get("FirstName", first), row.get("LastName", last), "", row["ID"].strip())
    first, _, last = row.get("Full name", "").rpartition(" ")
    number = row.get("Identifier", "").rpartition(" ")[2]  # "Participant 17"
    email = row.get("Email address", "")
    first, last = row.get("First name", first), row.get("Last name", row.get("Surname", last))
    return Person(name, first, last, email, number, row.get(HANDED_IN, ""))


@dataclass
class Collected:
    """What was done with a download.

    students: {student: names of the files}
    late:     students whose files Canvas calls late; it does not say when they came
    strays:   names in the download that belong to nobody of the roster
    problems: {student: why nothing was taken}
    """

    students: dict[str, list[str]] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def collect(download: Path, roster: Roster, folder_of: Callable[[str], Path], notebooks: set[str]) -> Collected:
    """Put each student's files of a download, a ZIP file or a folder, where nbgrader looks for submissions.

    folder_of: ``folder_of(student)`` is the folder of the submission; what is in it is replaced
    notebooks: names of the notebooks that were handed out
    """
    if roster.system == NBGRADER:
        raise CourseError("To collect, the roster must be the CSV file of Moodle or Canvas that knows the numbers.")
    pattern, people = {MOODLE: IN_MOODLE, CANVAS: IN_CANVAS}[roster.system], roster.numbers
    done = Collected()
    found: dict[Person, list[tuple[str, Read]]] = {}
    with contextlib.ExitStack() as opened:
        for name, read in _entries(download, opened):
            match = pattern.fullmatch(name)
            person = people.get(match["number"]) if match else None
            if match is None or person is None:
                done.strays.append(name)
                continue
            found.setdefault(person, []).append((match["file"], read))
            if match.groupdict().get("late") and person.id not in done.late:
                done.late.append(person.id)
        for person, entries in found.items():
            try:
                files = _flat(dict(_unpacked(entries)), notebooks)
            except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
                done.problems[person.id] = f"{type(error).__name__}: {error}"
                continue
            _write(folder_of(person.id), files, person.handed_in)
            done.students[person.id] = sorted(files)
    return done


def _entries(download: Path, opened: contextlib.ExitStack) -> Iterator[tuple[str, Read]]:
    """Yield ``(name, read)`` of the files in a ZIP file or a folder; ``read()`` gives the bytes while it is open."""
    if download.is_dir():
        for path in sorted(path for path in download.rglob("*") if path.is_file() and not path.is_symlink()):
            yield path.relative_to(download).as_posix(), path.read_bytes
        return
    try:
        archive = opened.enter_context(zipfile.ZipFile(download))
    except (OSError, zipfile.BadZipFile) as error:
        raise CourseError(f"{download} is no ZIP file and no folder: {error}") from error
    for info in archive.infolist():
        if not info.is_dir():
            yield info.filename, functools.partial(archive.read, info)


def _unpacked(entries: Iterable[tuple[str, Read]]) -> Iterator[tuple[str, bytes]]:
    """Yield ``(name, content)`` of a student's files, those in archives, too."""
    left = MOST_BYTES
    waiting = [(name, read, 0) for name, read in entries]
    while waiting:
        name, read, depth = waiting.pop()
        if not zipfile.is_zipfile(io.BytesIO(content := read())) or not name.endswith(".zip") or depth == DEEPEST:
            left -= len(content)
            yield name, content
            continue
        archive = zipfile.ZipFile(io.BytesIO(content))
        left -= sum(info.file_size for info in archive.infolist())
        if left < 0:
            raise ValueError(f"{name} holds more than {MOST_BYTES // 2**20} MB")
        for info in archive.infolist():
            if not info.is_dir():
                waiting.append((f"{name}/{info.filename}", functools.partial(archive.read, info), depth + 1))


def _flat(files: Mapping[str, bytes], notebooks: set[str]) -> dict[str, bytes]:
    """Return ``{name: content}`` without the folders and archives they lay in, where that leaves names apart."""
    found: dict[str, bytes] = {}
    for path, content in sorted(files.items(), key=lambda item: (item[0].count("/"), item[0])):
        parts = [part for part in PurePosixPath(path.replace("\\", "/")).parts if part not in ("/", "..", ".")]
        if any(part.startswith(".") or part == "__MACOSX" for part in parts):
            continue
        handed_out = re.sub(r"-\d+(?=\.ipynb$)", "", parts[-1])  # Canvas numbers what is handed in again
        name = handed_out if handed_out in notebooks and handed_out not in found else parts[-1]
        found["/".join(parts) if name in found else name] = content
    return found


def _write(folder: Path, files: Mapping[str, bytes], handed_in: str) -> None:
    """Replace a submission: the new one is whole before the old one goes."""
    unfinished = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name, content in files.items():
        path = unfinished / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if time := _time(handed_in):
        (unfinished / "timestamp.txt").write_text(time)
    unfinished.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def _time(text: str) -> str:
    """Return Moodle's time ("Friday, 9 January 2026, 11:59 PM") as nbgrader writes it, or ''.

    Moodle writes the time of the teacher's zone; this machine's zone is taken for it.
    """
    try:
        return str(dateutil.parser.parse(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))
    except (ValueError, OverflowError):
        return ""


def fill(roster: Roster, points: dict[str, float], most: float, title: str) -> list[list[str]]:
    """Return the rows of the file that Moodle or Canvas imports.

    points: {student: points}; who is not in it keeps what stands there
    most:   points of the assignment
    title:  of Canvas's column, with or without its number in brackets
    """
    if roster.system == MOODLE:
        return _fill_moodle(roster, points, most)
    if roster.system == CANVAS:
        return _fill_canvas(roster, points, most, title)
    raise CourseError("To write grades, give the grading worksheet of Moodle or the gradebook export of Canvas.")


def _fill_moodle(roster: Roster, points: Mapping[str, float], most: float) -> list[list[str]]:
    for name in ("Identifier", "Grade", "Last modified (grade)"):
        if name not in roster.header:
            raise CourseError(f"Moodle's grading worksheet has no column {name!r}: download it from the assignment.")
    column, rows = roster.header.index("Grade"), [list(row) for row in roster.rows]
    for number, person in roster.people.items():
        row = dict(zip(roster.header, rows[number], strict=False))
        _same_most(row.get("Maximum grade", row.get("Maximum Grade", "")), most, roster.system)
        if person.id in points:
            rows[number][column] = f"{points[person.id]:g}"
    return [roster.header, *rows]


def _fill_canvas(roster: Roster, points: Mapping[str, float], most: float, title: str) -> list[list[str]]:
    fitting = [name for name in roster.header if title in (name, re.sub(r" \(\d+\)$", "", name))]
    if len(fitting) != 1:
        raise CourseError(f"Canvas's gradebook has {len(fitting)} columns {title!r}. Name one with --column.")
    kept = ("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Section", fitting[0])
    columns = [number for number, name in enumerate(roster.header) if name in kept]
    rows = []
    for number, row in enumerate(roster.rows):
        row = [row[column] if column < len(row) else "" for column in columns]
        if number in roster.people:
            if (name := roster.people[number].id) in points:
                row[-1] = f"{points[name]:g}"
            rows.append(row)
        elif row[0].strip() == "Points Possible":
            _same_most(row[-1], most, roster.system)
            rows.append(row)
    return [[roster.header[column] for column in columns], *rows]


def _same_most(text: str, most: float, system: str) -> None:
    if text.strip() and float(text) != most:
        raise CourseError(
            f"The assignment has {text.strip()} points in {system} and {most:g} here. Set {most:g} there."
        )
