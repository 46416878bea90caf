"""Files as Moodle and Canvas make them go in, and come out as these two import them."""

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from tiny import NAME, NOTEBOOK

from grading.course import CourseError
from grading.school import doors
from grading.school.late import LatePolicy
from grading.school.lms import collect, fill, read_roster

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy
FILE = f"{NOTEBOOK}.ipynb"
MOODLE = """\ufeffIdentifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade",\
"Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 17","Ada Lovelace",s17,ada@example.org,"Submitted for grading - ",,10.00,Yes,\
"Friday, 9 January 2026, 11:59 PM",-,
"Participant 18","Ben O'Hara",s18,ben@example.org,"Submitted for grading - ",,10.00,Yes,\
"Saturday, 10 January 2026, 9:05 AM",-,
"Participant 19","Chen Li",s19,chen@example.org,"No submission - ",,10.00,Yes,-,-,
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,tiny (551),Other (552),Current Score,Final Score
,,,,,Manual Posting,,,
    Points Possible,,,,,10,5,(read only),(read only)
"Lovelace, Ada",4017,u17,ada,Monday,,4,80,40
"O'Hara, Ben",4018,u18,ben,"Monday, Tuesday",,,,
"Student, Test",4099,,e0f1,Monday,,,,
"""
NBGRADER = "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@example.org,4017\n"


def saved(tmp_path, text, name="file.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def zipped(files):
    """Return the bytes of a ZIP file of ``{name: bytes}``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "text, column, people",
    [
        (MOODLE, None, {"s17": "17", "s18": "18", "s19": "19"}),
        (MOODLE, "Email address", {"ada@example.org": "17", "ben@example.org": "18", "chen@example.org": "19"}),
        (CANVAS, None, {"ada": "4017", "ben": "4018"}),
        (CANVAS, "SIS User ID", {"u17": "4017", "u18": "4018"}),
        (NBGRADER, None, {"ada": "4017"}),
        ('"First name","Last name","Email address"\nAda,Lovelace,ada@example.org\n', None, {"ada@example.org": ""}),
    ],
)
def test_a_roster_is_read_as_each_system_writes_it(text, column, people, tmp_path):
    roster = read_roster(saved(tmp_path, text), column)
    assert {person.id: person.number for person in roster.people.values()} == people
    ada = roster.people[min(roster.people)]
    assert (ada.first_name, ada.last_name) == ("Ada", "Lovelace")


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        NBGRADER + "ada,Ada,Byron,,\n",  # twice
        "id,first_name\n../ada,Ada\n",
        "id,first_name\n,Ada\n",
    ],
)
def test_a_roster_that_cannot_be_right_is_refused(text, tmp_path):
    with pytest.raises(CourseError):
        read_roster(saved(tmp_path, text))


def collected(tmp_path, roster, files):
    """Collect a download of ``{name: bytes}``; return what was done and ``{student: {name: bytes}}``."""
    download = tmp_path / "download.zip"
    download.write_bytes(zipped(files))
    done = collect(download, read_roster(saved(tmp_path, roster)), lambda s: tmp_path / "submitted" / s / NAME, {FILE})
    folders = {student: tmp_path / "submitted" / student / NAME for student in done.students}
    return done, {
        student: {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        for student, folder in folders.items()
    }


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace_17_assignsubmission_file/numbers.ipynb",
        "Ada Lovelace_17_assignsubmission_file_/numbers.ipynb",
        "Ada Lovelace_17_assignsubmission_file_numbers.ipynb",
        "Ada Lovelace_17_assignsubmission_file/homework/numbers.ipynb",
        "course-tiny-3/Ada Lovelace_17_assignsubmission_file/numbers.ipynb",
    ],
)
def test_moodle_names_the_participant(name, tmp_path):
    _, found = collected(tmp_path, MOODLE, {name: b"work"})
    assert found["s17"][FILE] == b"work"


def test_moodle_knows_when_the_work_was_handed_in(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    _, found = collected(tmp_path, MOODLE, {f"Ben O'Hara_18_assignsubmission_file/{FILE}": b"work"})
    assert found["s18"]["timestamp.txt"] == b"2026-01-10 09:05:00 UTC"


def test_canvas_names_the_user_says_late_and_numbers_what_came_again(tmp_path):
    names = "lovelaceada_4017_9001_numbers.ipynb", "oharaben_LATE_4018_9002_numbers-2.ipynb"
    done, found = collected(tmp_path, CANVAS, dict.fromkeys(names, b"work"))
    assert found == {"ada": {FILE: b"work"}, "ben": {FILE: b"work"}}
    assert done.late == ["ben"]


def test_archives_of_students_are_opened_and_what_their_machines_add_is_left(tmp_path):
    inner = zipped({"work/numbers.ipynb": b"work", "__MACOSX/._numbers.ipynb": b"", "work/.DS_Store": b""})
    _, found = collected(tmp_path, CANVAS, {"lovelaceada_4017_9001_all.zip": zipped({"in/inner.zip": inner})})
    assert found["ada"] == {FILE: b"work"}


def test_two_files_of_one_name_are_both_kept(tmp_path):
    folder = "Ada Lovelace_17_assignsubmission_file"
    _, found = collected(tmp_path, MOODLE, {f"{folder}/old/{FILE}": b"old", f"{folder}/{FILE}": b"new"})
    assert found["s17"][FILE] == b"new" and found["s17"][f"old/{FILE}"] == b"old"


def test_no_name_leads_out_of_the_folder(tmp_path):
    inner = zipped({"../../../evil.txt": b"evil", "/evil.txt": b"evil", "C:\\evil.txt": b"evil"})
    collected(tmp_path, CANVAS, {"lovelaceada_4017_9001_all.zip": inner})
    assert {p.relative_to(tmp_path).parts[:3] for p in tmp_path.rglob("*evil*")} == {("submitted", "ada", NAME)}


def test_an_archive_that_is_too_large_costs_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("grading.school.lms.MOST_BYTES", 1000)
    files = {"lovelaceada_4017_9001_all.zip": zipped({FILE: bytes(2000)}), f"oharaben_4018_9002_{FILE}": b"work"}
    done, found = collected(tmp_path, CANVAS, files)
    assert list(done.problems) == ["ada"] and list(found) == ["ben"]


def test_what_belongs_to_nobody_is_named(tmp_path):
    done, _ = collected(tmp_path, MOODLE, {"Eve_99_assignsubmission_file/numbers.ipynb": b"", "readme.txt": b""})
    assert len(done.strays) == 2 and not done.students


def test_what_was_handed_in_before_is_replaced(tmp_path):
    collected(tmp_path, CANVAS, {"lovelaceada_4017_9001_old.ipynb": b"old"})
    _, found = collected(tmp_path, CANVAS, {f"lovelaceada_4017_9002_{FILE}": b"new"})
    assert found["ada"] == {FILE: b"new"}


def test_moodle_gets_its_worksheet_back_with_grades(tmp_path):
    roster = read_roster(saved(tmp_path, MOODLE))
    header, *rows = fill(roster, {"s17": 6.5}, 10, NAME)
    assert header == roster.header and [row[header.index("Grade")] for row in rows] == ["6.5", "", ""]
    assert [row[0] for row in rows] == ["Participant 17", "Participant 18", "Participant 19"]


def test_canvas_gets_the_columns_that_it_needs(tmp_path):
    assert fill(read_roster(saved(tmp_path, CANVAS)), {"ada": 6}, 10, NAME) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "tiny (551)"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Lovelace, Ada", "4017", "u17", "ada", "Monday", "6"],
        ["O'Hara, Ben", "4018", "u18", "ben", "Monday, Tuesday", ""],
    ]


@pytest.mark.parametrize("text", [MOODLE, CANVAS])
def test_grades_out_of_other_points_are_refused(text, tmp_path):
    with pytest.raises(CourseError):
        fill(read_roster(saved(tmp_path, text)), {}, 40, NAME)


def test_an_unknown_column_of_canvas_is_refused(tmp_path):
    with pytest.raises(CourseError):
        fill(read_roster(saved(tmp_path, CANVAS)), {}, 10, "nothing")


@pytest.mark.parametrize("seconds, penalty", [(1, 1.0), (86400, 1.0), (86401, 2.0), (20 * 86400, 10.0)])
def test_each_day_that_has_begun_costs_a_share(seconds, penalty):
    assert LatePolicy(share_per_day=0.1).late_submission_penalty("ada", 10.0, seconds) == penalty


def test_nothing_is_lost_within_the_grace():
    assert LatePolicy(share_per_day=0.1, grace_minutes=5).late_submission_penalty("ada", 10.0, 300) is None


def test_nbgraders_own_rules_hold_where_no_share_is_set():
    assert LatePolicy(penalty_method="zero").late_submission_penalty("ada", 10.0, 1) == 10.0
    assert LatePolicy().late_submission_penalty("ada", 10.0, 1) is None


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose gradebook knows one assignment of 10 points, 4 of them by hand."""
    folder = tmp_path_factory.mktemp("course")
    course = CourseDirectory(root=str(folder), db_url=f"sqlite:///{folder / 'gradebook.db'}")
    (folder / "source" / NAME).mkdir(parents=True)
    (folder / "source" / NAME / FILE).write_text("")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_assignment(NAME)
        gradebook.add_notebook(NOTEBOOK, NAME)
        gradebook.add_grade_cell("auto", NOTEBOOK, NAME, max_score=6, cell_type="code")
        gradebook.add_grade_cell("why", NOTEBOOK, NAME, max_score=4, cell_type="markdown")
    return course


def hand_in(course, student, by_hand, penalty):
    """Enter 6 points by the engine, these by hand, and this penalty."""
    path = Path(course.format_path(course.autograded_directory, student, NAME), FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_submission(NAME, student)
        grade = gradebook.find_grade("auto", NOTEBOOK, NAME, student)
        grade.auto_score, grade.needs_manual_grade = 6, False
        grade = gradebook.find_grade("why", NOTEBOOK, NAME, student)
        grade.manual_score, grade.needs_manual_grade = by_hand, by_hand is None
        gradebook.find_submission_notebook(NOTEBOOK, NAME, student).late_submission_penalty = penalty
        gradebook.db.commit()


def test_the_roster_goes_into_the_gradebook_and_says_who_has_left(course, tmp_path):
    assert doors.enrol(course, read_roster(saved(tmp_path, CANVAS)))[0] == ["ada", "ben"]
    new, others = doors.enrol(course, read_roster(saved(tmp_path, NBGRADER)))
    assert new == [] and "ben" in others and "ada" not in others
    with Gradebook(course.db_url, course.course_id) as gradebook:
        ada = gradebook.find_student("ada")
    assert (ada.first_name, ada.last_name, ada.lms_user_id) == ("Ada", "Lovelace", "4017")


def test_who_waits_for_points_by_hand_is_left_out_of_the_grades(course, tmp_path):
    doors.enrol(course, roster := read_roster(saved(tmp_path, MOODLE)))
    hand_in(course, "s17", by_hand=3, penalty=None)
    hand_in(course, "s18", by_hand=None, penalty=None)
    done = doors.write_grades(Autograde(coursedir=course), NAME, roster, NAME, tmp_path / "reports")
    with open(done.path, newline="", encoding="utf-8") as stream:
        assert [row["Grade"] for row in csv.DictReader(stream)] == ["9", "", ""]
    assert done.waiting == ["s18"]


def test_a_deadline_is_kept_in_utc(course):
    doors.set_due(course, NAME, "2026-10-12 23:59 +02:00")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        assert gradebook.find_assignment(NAME).duedate == datetime(2026, 10, 12, 21, 59)


@pytest.mark.parametrize("name, time", [(NAME, "soon"), ("nothing", "2026-10-12")])
def test_a_deadline_that_makes_no_sense_is_refused(name, time, course):
    with pytest.raises(CourseError):
        doors.set_due(course, name, time)
