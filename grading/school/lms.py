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
import itertools
import re
import shutil
import time
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path, PurePosixPath

from grading.course import CourseError
from grading.times import is_clear, read_time

Read = Callable[[], bytes]  # of a file in a download
NBGRADER, MOODLE, CANVAS = "nbgrader", "Moodle", "Canvas"
# The columns that may name a student, the best first.
IDS = {
    NBGRADER: ("id",),
    MOODLE: ("Username", "ID number", "Email address"),
    CANVAS: ("SIS Login ID", "SIS User ID", "ID"),
}
# name_number_assignsubmission_file/work.ipynb; older: ..._file_/work.ipynb; without folders: ..._file_work.ipynb
# The first such part counts: what stands behind it is named by the student.
IN_MOODLE = re.compile(r"(?:[^/]*/)*?[^/]+?_(?P<number>\d+)_assignsubmission_file(?:_/|/|_)(?P<file>.+)")
# name_user_attachment_work.ipynb, or name_LATE_user_attachment_work.ipynb
IN_CANVAS = re.compile(r"(?:.*/)?[^/]+?_(?P<late>LATE_)?(?P<number>\d+)_(?P<attachment>\d+)_(?P<file>.+)")
HANDED_IN = "Last modified (submission)"
MOST_BYTES = 200 * 2**20  # of what one student's archives hold
DEEPEST = 3  # an archive in an archive in an archive
LONGEST = 200  # bytes of a student's name: it becomes that of a folder, and some systems end at 255
TIMESTAMP = "timestamp.txt"  # where nbgrader reads when the work came
OLDER = "older"  # the folder of files whose name a newer one has
UNREADABLE = OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError


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

    Raises CourseError where the file cannot be read, is of no known kind, or does not tell students apart.
    """
    lines, header, rows = _read_rows(path)
    roster = Roster(_system(path, header), header, rows)
    fields = {number: dict(zip(header, row, strict=False)) for number, row in enumerate(rows)}
    people = {n: row for n, row in fields.items() if any(row.values()) and not _is_no_student(roster.system, row)}
    column = id_column or next((c for c in IDS[roster.system] if any(row.get(c) for row in people.values())), None)
    if column is None or column not in header:
        raise CourseError(f"{path} has no column {column or ' or '.join(IDS[roster.system])!r}, only {header}")
    for number, row in people.items():
        person = roster.people[number] = _person(roster.system, row, row.get(column, "").strip())
        if problem := _no_name(person.id):
            raise CourseError(
                f"{path}, line {lines[number]}: {person.id[:80]!r} in column {column!r} cannot be a student's name: "
                f"{problem}. Try another --id."
            )
    _tell_apart(path, roster)
    return roster


def _read_rows(path: Path) -> tuple[list[int], list[str], list[list[str]]]:
    """Return ``(the lines where the rows begin, header, rows)`` of a CSV file. Raises CourseError."""
    lines, rows = [1], []
    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream, strict=True)  # a quote that nothing closes would swallow students
            for row in reader:
                rows.append(row)
                lines.append(reader.line_num + 1)
    except csv.Error as error:
        raise CourseError(f"{path} cannot be read: the row that begins in line {lines[-1]}: {error}") from error
    except (OSError, UnicodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from error
    header, *others = rows or [[]]
    return lines[1:], header, others


def _no_name(name: str) -> str:
    """Say why a text cannot be a student's name, or ''."""
    if not name or name != Path(name).name or name.startswith("."):
        return "it cannot be the name of a folder"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "it holds a control character, such as a new line; a quote may be missing"
    if (size := len(name.encode(errors="replace"))) > LONGEST:
        return f"it has {size} bytes, more than {LONGEST}"
    return ""


def _tell_apart(path: Path, roster: Roster) -> None:
    """Raise CourseError where two rows have one name, or one number by which work would be found."""
    if doubled := _doubled(person.id for person in roster.people.values()):
        raise CourseError(f"{path}: more than one row of {doubled}. Try another --id.")
    numbers = [person.number for person in roster.people.values() if person.number]
    if roster.system != NBGRADER and (doubled := _doubled(numbers)):
        raise CourseError(f"{path}: more than one row has the number {doubled}, which must be one student's.")


def _doubled(names: Iterable[str]) -> str:
    return ", ".join(sorted(name for name, count in Counter(names).items() if count > 1))


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
    return system == CANVAS and (
        not row.get("ID", "").strip().isdigit() or row.get("Student", "").strip() == "Student, Test"
    )


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
    problems: {student, or name of the download: why nothing was taken}
    untimed:  students of Moodle whose work was taken, but not when it came: that cannot be read
    doubled:  {student: which of several files of one name were taken}
    """

    students: dict[str, list[str]] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    untimed: list[str] = field(default_factory=list)
    doubled: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """A file of a student in a download.

    name: in the download
    file: as the student called it
    age:  the greater, the newer: Canvas's number of the attachment, or when it was changed
    """

    name: str
    file: str
    age: tuple[int, ...]
    read: Read


def collect(download: Path, roster: Roster, folder_of: Callable[[str], Path], notebooks: set[str]) -> Collected:
    """Put each student's files of a download, a ZIP file or a folder, where nbgrader looks for submissions.

    folder_of: ``folder_of(student)`` is the folder of the submission; what is in it is replaced
    notebooks: names of the notebooks that were handed out

    Returns Collected. Raises CourseError where the download cannot be read, or the roster has no numbers.
    """
    if roster.system == NBGRADER:
        raise CourseError("To collect, the roster must be the CSV file of Moodle or Canvas that knows the numbers.")
    done = Collected()
    with contextlib.ExitStack() as opened:
        for person, uploads in _by_person(_entries(download, opened), roster, done).items():
            try:
                files, told = _files(uploads, roster.system, notebooks)
                _write(folder_of(person.id), files, _time(person.handed_in))
            except CourseError as error:
                done.problems[person.id] = str(error)
                continue
            except UNREADABLE as error:
                done.problems[person.id] = f"{type(error).__name__}: {error}"
                continue
            done.students[person.id] = sorted(files)
            if told:
                done.doubled[person.id] = told
            if roster.system == MOODLE and not _time(person.handed_in):
                done.untimed.append(person.id)
    if not (done.students or done.problems or done.strays):
        done.problems[download.name] = "0 submissions: there is no file in it"
    return done


def _by_person(
    entries: Iterable[tuple[str, Read, tuple[int, ...]]], roster: Roster, done: Collected
) -> dict[Person, list[Upload]]:
    """Return whose the files of a download are; write to ``done`` which are nobody's, and which are late."""
    pattern, people = {MOODLE: IN_MOODLE, CANVAS: IN_CANVAS}[roster.system], roster.numbers
    found: dict[Person, list[Upload]] = {}
    for name, read, changed in entries:
        match = pattern.fullmatch(name)
        person = people.get(match["number"]) if match else None
        if match is None or person is None:
            done.strays.append(name)
            continue
        groups = match.groupdict()
        age = (int(groups["attachment"]),) if "attachment" in groups else changed
        found.setdefault(person, []).append(Upload(name, groups["file"], age, read))
        if groups.get("late") and person.id not in done.late:
            done.late.append(person.id)
    return found


def _entries(download: Path, opened: contextlib.ExitStack) -> Iterator[tuple[str, Read, tuple[int, ...]]]:
    """Yield ``(name, read, when it was changed)`` of the files in a ZIP file or a folder.

    ``read()`` gives the bytes while ``opened`` is open. Raises CourseError where the download cannot be read.
    """
    if download.is_dir():
        for path in sorted(path for path in download.rglob("*") if path.is_file() and not path.is_symlink()):
            changed = time.localtime(path.stat().st_mtime)[:6]
            yield path.relative_to(download).as_posix(), path.read_bytes, changed
        return
    try:
        archive = opened.enter_context(zipfile.ZipFile(download))
    except (OSError, zipfile.BadZipFile) as error:
        raise CourseError(f"{download} is no ZIP file and no folder: {error}") from error
    for info in archive.infolist():
        if not info.is_dir():
            yield info.filename, functools.partial(archive.read, info), info.date_time


def _files(uploads: Sequence[Upload], system: str, notebooks: set[str]) -> tuple[dict[str, bytes], list[str]]:
    """Return ``({name: content}, what there is to tell of files of one name)`` of a student.

    Raises one of UNREADABLE where an archive cannot be opened, and CourseError where no file is left.
    """
    entries, told = _apart(uploads, system, notebooks)
    files = _flat(list(_unpacked(entries)), notebooks)
    if not files:
        names = ", ".join(repr(upload.file[:80]) for upload in uploads[:5])
        raise CourseError(f"this upload holds no file that could be work, only {names}")
    return files, told


def _apart(uploads: Sequence[Upload], system: str, notebooks: set[str]) -> tuple[list[tuple[str, Read]], list[str]]:
    """Return ``([(name, read)], what to tell)``: of several files of one name the newest has it, the others stay."""
    named: dict[str, list[Upload]] = {}
    for upload in uploads:
        named.setdefault(_handed_out(upload.file, notebooks) if system == CANVAS else upload.file, []).append(upload)
    entries, told = [], []
    for name, group in named.items():
        newest, *older = sorted(group, key=lambda upload: upload.age, reverse=True)
        older = [upload for upload in older if upload.read() != newest.read()]  # the same twice is no news
        entries.append((name if older else newest.file, newest.read))
        entries += [(f"{OLDER}/{number}/{old.file}", old.read) for number, old in enumerate(older, 1)]
        if older:
            why = "the newest" if newest.age > older[0].age else "the first of those of one time"
            others = ", ".join(repr(old.name) for old in older)
            told.append(f"{newest.name!r} was taken as {name!r}, it is {why}; also there, and kept aside: {others}")
    return entries, told


def _handed_out(file: str, notebooks: set[str]) -> str:
    """Return the name without the number that Canvas gives to what is handed in again, where that was handed out."""
    name = re.sub(r"-\d+(?=\.ipynb$)", "", file)
    return name if name in notebooks and file not in notebooks else file


def _unpacked(entries: Iterable[tuple[str, Read]]) -> Iterator[tuple[str, bytes]]:
    """Yield ``(name, content)`` of a student's files, those in archives, too."""
    left = MOST_BYTES
    waiting = [(name, read, 0) for name, read in entries]
    while waiting:
        name, read, depth = waiting.pop()
        if (
            not zipfile.is_zipfile(io.BytesIO(content := read()))
            or not name.lower().endswith(".zip")
            or depth == DEEPEST
        ):
            left -= len(content)
            yield name, content
            continue
        archive = zipfile.ZipFile(io.BytesIO(content))
        left -= sum(info.file_size for info in archive.infolist())
        if left < 0:
            raise CourseError(f"{name!r} holds more than {MOST_BYTES // 2**20} MB")
        for info in archive.infolist():
            if not info.is_dir():
                waiting.append((f"{name}/{info.filename}", functools.partial(archive.read, info), depth + 1))


def _flat(files: Sequence[tuple[str, bytes]], notebooks: set[str]) -> dict[str, bytes]:
    """Return ``{name: content}`` without the folders and archives they lay in, where that leaves names apart."""
    kept = [(parts, content) for path, content in files if _is_work(parts := _parts(path))]
    kept.sort(key=lambda item: (item[0][0] == OLDER, len(item[0]), item[0]))
    names = Counter(_handed_out(parts[-1], notebooks) for parts, _ in kept if parts[0] != OLDER)
    found: dict[str, bytes] = {}
    folders: set[str] = set()
    for parts, content in kept:
        name = _handed_out(parts[-1], notebooks)
        if names[name] != 1 or parts[0] == OLDER:  # which of them would be meant is not known
            name = parts[-1]
        whole = "/".join(parts)
        wanted = itertools.chain([name, whole], (f"{number}/{whole}" for number in itertools.count(2)))
        name = next(name for name in wanted if _is_free(name, found, folders))
        found[name] = content
        folders.update(map(str, PurePosixPath(name).parents))
    return found


def _parts(path: str) -> tuple[str, ...]:
    """Return the names in a path without those that lead elsewhere."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return tuple(part for part in parts if part not in ("/", "//", "..", "."))


def _is_work(parts: Sequence[str]) -> bool:
    """Say whether a file may be a student's work: what machines add is not, and no student says when it came."""
    return bool(parts) and parts[-1] != TIMESTAMP and not any(p.startswith(".") or p == "__MACOSX" for p in parts)


def _is_free(name: str, files: Mapping[str, bytes], folders: set[str]) -> bool:
    """Say whether a file can have a name: no file has it, no folder, and no file has that of its folders."""
    return name not in files and name not in folders and not any(str(p) in files for p in PurePosixPath(name).parents)


def _write(folder: Path, files: Mapping[str, bytes], handed_in: str) -> None:
    """Replace a submission: the new one is whole before the old one goes.

    Raises CourseError where a file cannot be written under its name, OSError where the folder cannot.
    """
    unfinished, old = (folder.with_name(f".{folder.name}.{word}") for word in ("part", "old"))
    if old.exists() and not folder.exists():  # collecting was killed in between
        old.rename(folder)
    for left in unfinished, old:
        shutil.rmtree(left, ignore_errors=True)
    try:
        for name, content in files.items():
            _write_file(unfinished / name, name, content)
        if handed_in:
            (unfinished / TIMESTAMP).write_text(handed_in)
        if folder.exists():
            folder.rename(old)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_file(path: Path, name: str, content: bytes) -> None:
    """Write a file and its folders. Raises CourseError where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name is not Unicode, or holds what no name can"
        raise CourseError(f"this upload holds a file that cannot be written: {name[:80]!r}: {why}") from error


def _time(text: str) -> str:
    """Return Moodle's time ("Friday, 9 January 2026, 11:59 PM") as nbgrader writes it, or '' if it is not clear.

    Moodle writes the time of the teacher's zone; this machine's zone is taken for it.
    """
    try:
        return read_time(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if is_clear(text) else ""
    except (ValueError, OverflowError):
        return ""


def fill(roster: Roster, points: dict[str, float], most: float, title: str) -> list[list[str]]:
    """Return the rows of the file that Moodle or Canvas imports.

    points: {student: points}; who is not in it keeps what stands there
    most:   points of the assignment
    title:  of Canvas's column, with or without its number in brackets

    Raises CourseError where the file is not made for grades, or has other points.
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
        most_there = row.get("Maximum grade", row.get("Maximum Grade", ""))
        _same_most(most_there, most, roster.system, f"row of {person.id}")
        if person.id in points:
            rows[number] += [""] * (len(roster.header) - len(rows[number]))  # a row may end early
            rows[number][column] = _number(points[person.id])
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
                row[-1] = _number(points[name])
            rows.append(row)
        elif row[0].strip() == "Points Possible":
            _same_most(row[-1], most, roster.system, f"row {row[0].strip()!r}, column {fitting[0]!r}")
            rows.append(row)
    return [[roster.header[column] for column in columns], *rows]


def _number(points: float) -> str:
    """Return points as no system reads them otherwise: without an exponent, with two decimals at most."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _same_most(text: str, most: float, system: str, where: str) -> None:
    """Raise CourseError where a file states other points than the assignment has, or no number that is clear."""
    if not (text := text.strip()):
        return
    # 1,000 is a thousand here and one there.
    if not re.fullmatch(r"\d+(?:\.\d*|,\d{1,2}|,\d{4,})?", text):
        raise CourseError(
            f"{system}, {where}: the points of the assignment should be a number such as 10, not {text!r}"
        )
    if abs(float(text.replace(",", ".")) - most) > 1e-6:
        raise CourseError(
            f"{system}, {where}: the assignment has {text} points there, {most:g} here. Set {most:g} there."
        )
