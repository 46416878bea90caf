"""What instructors do by mistake, or in another order: the next run is right, or says what is wrong."""

import csv
import json
import os
import shutil
from contextlib import chdir, contextmanager
from datetime import datetime

import nbformat
import pytest
from sqlalchemy.exc import OperationalError
from tiny import BOTH, DUE, NAME, NOTEBOOK, WRONG, TinyCourse, gradebook_of, scores_of

from grading.__main__ import main
from grading.assignment import Assignment
from grading.coordinator import open_course
from grading.course import CourseError
from grading.marks import read_marks
from grading.pages import feedback
from grading.submission import submitted_folders
from tools.notebooks import grade_id

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy
LATE = "2026-01-11 12:00:00 UTC"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course with a right submission, which came late, and a wrong one, graded."""
    course = TinyCourse(tmp_path_factory.mktemp("handed-in"))
    course.hand_in("ada", why="Because.", timestamp=LATE)
    course.hand_in("ben", double=WRONG)
    course.grade_here()
    return course


@pytest.fixture
def course(handed_in, tmp_path, monkeypatch):
    """A fresh copy of that course, as the working directory."""
    monkeypatch.chdir(tmp_path)
    return handed_in.copy(tmp_path / "course")


@pytest.mark.parametrize("text", ["c.X = = 1", "import nothing_here"])
@pytest.mark.parametrize("command", [["autograde", NAME], ["feedback", NAME]])
def test_a_configuration_that_cannot_be_read_stops_the_command(course, text, command, capsys):
    course.configure(text)
    assert main([*command, "--course", str(course.folder)]) == 2
    assert "configuration" in capsys.readouterr().err


def test_a_setting_of_the_wrong_kind_is_told_without_a_traceback(course, capsys):
    course.configure("c.Engine.isolation = 'aprt'\n")
    assert main(["autograde", NAME, "--course", str(course.folder)]) == 2
    assert "aprt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("c.Engin.isolation = 'beside'", "c.Engine"), ("c.LatePolicy.share_perday = 0.5", "share_per_day")],
)
@pytest.mark.parametrize("command", [["autograde", NAME], ["feedback", NAME]])
def test_a_setting_that_nobody_reads_stops_the_command(course, wrong, right, command, capsys):
    course.configure(f"{wrong}\n")
    assert main([*command, "--course", str(course.folder)]) == 2
    assert right in capsys.readouterr().err


def test_settings_of_other_programs_stop_nothing(course):
    course.configure("c.ServerApp.port = 9\nc.Exchange.root = '/nowhere'\nc.NbGrader.logfile = ''\n")
    course.configure("c.GenerateAssignment.force = True\nc.ExchangeReleaseAssignment.force = True\n")
    assert main(["feedback", NAME, "--course", str(course.folder)]) == 0


def test_a_gradebook_that_is_none_is_told_without_a_traceback(course, capsys):
    (course.folder / "gradebook.db").write_bytes(b"this is no database" * 100)
    assert main(["autograde", NAME, "--course", str(course.folder)]) == 2
    assert "database" in capsys.readouterr().err


def test_an_older_gradebook_that_is_put_back_gets_the_newer_points(course):
    old = (course.folder / "gradebook.db").read_bytes()
    course.hand_in("ben")
    course.grade_here()
    (course.folder / "gradebook.db").write_bytes(old)
    assert course.grade_here()["ben"].status == "graded"
    assert scores_of(course)["ben"] == BOTH


def test_signs_of_a_pattern_in_the_path_of_a_course_are_plain_letters(handed_in, tmp_path):
    course = handed_in.copy(tmp_path / "year [2026]*")
    assert set(course.grade_here()) == {"ada", "ben"}


def test_an_assignment_may_be_named_as_the_shell_completes_it(course):
    with chdir(course.folder / "source"):
        assert main(["autograde", f"{NAME}/", "--course", str(course.folder)]) == 0


@pytest.mark.parametrize("name", ["source/tiny", "..", "/"])
def test_a_path_is_no_name_of_an_assignment(course, name):
    with pytest.raises(SystemExit) as caught:
        main(["due", name, "2026-10-10 23:59", "--course", str(course.folder)])
    assert caught.value.code == 2


def test_no_submission_at_all_is_no_success(course, capsys):
    shutil.rmtree(course.folder / "submitted")
    assert main(["autograde", NAME, "--course", str(course.folder)]) == 1
    told = capsys.readouterr().out
    assert "submitted/" in told and "ada, ben" in told


def test_feedback_takes_the_penalty_of_points_that_a_person_gave_later(course):
    course.configure("c.LatePolicy.share_per_day = 0.5\n")
    with gradebook_of(course) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=DUE)
    course.grade_here()
    with gradebook_of(course) as gradebook:
        before = gradebook.find_submission_notebook(NOTEBOOK, NAME, "ada").late_submission_penalty
        gradebook.find_grade("why", NOTEBOOK, NAME, "ada").manual_score = 4
        gradebook.db.commit()
    with chdir(course.folder):
        feedback.write_pages(feedback.open_course(course.folder), NAME, 1)
    with gradebook_of(course) as gradebook:
        after = gradebook.find_submission_notebook(NOTEBOOK, NAME, "ada").late_submission_penalty
    assert before < after


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-11 01:00:00 +0200", datetime(2026, 1, 10, 23)),
        ("2026-01-11 01:00:00 +02", datetime(2026, 1, 10, 23)),
        ("2026-01-11 01:00:00 UTC", datetime(2026, 1, 11, 1)),
        ("2026-01-11 01:00:00", datetime(2026, 1, 11, 1)),
        ("2026-01-11 01:00 PM", datetime(2026, 1, 11, 13)),
        ("11-Jan-2026 01:00", datetime(2026, 1, 11, 1)),
        ("2026-07-11 01:00:00 America/New_York", datetime(2026, 7, 11, 5)),
        ("2026-07-11 01:00:00 EDT", datetime(2026, 7, 11, 5)),
    ],
)
def test_work_came_at_the_time_that_its_timestamp_tells(course, text, time):
    course.configure("c.Exchange.timezone = 'America/New_York'\n")
    course.hand_in("ada", why="Because.", timestamp=text)
    course.grade_here()
    with gradebook_of(course) as gradebook:
        assert gradebook.find_submission(NAME, "ada").timestamp == time


@pytest.mark.parametrize("text", ["2026-07-11 01:00:00 EDT", "2026-07-11 01:00:00 UTC+2", "2026-07-11 01:00 Am/Ende"])
def test_a_time_in_a_zone_that_is_not_known_needs_a_person(course, text):
    course.hand_in("ada", why="Because.", timestamp=text)
    assert text.rpartition(" ")[2] in course.grade_here()["ada"].problem


@pytest.mark.parametrize(
    "text", ["10/12/2026 23:59", "12.10.2026 23:59", "2026-10-12", "23:59", "2026-10-12 23:59 EDT", "2026-13-12 23:59"]
)
def test_a_deadline_that_may_be_another_time_elsewhere_is_refused(course, text):
    assert main(["due", NAME, text, "--course", str(course.folder)]) == 2


def test_points_by_hand_that_a_cell_has_no_more_are_named(course, capsys):
    with gradebook_of(course) as gradebook:
        gradebook.find_grade("why", NOTEBOOK, NAME, "ada").manual_score = 4
        gradebook.db.commit()
    command = ["autograde", NAME, "--course", str(course.folder)]
    main(command)
    assert "ada: why" not in capsys.readouterr().out
    change_points(course, "why", 3)
    main(command)
    assert "ada: why: 4 of 3" in capsys.readouterr().out


def test_a_time_that_is_taken_away_is_gone(course):
    (course.folder / "submitted" / "ada" / NAME / "timestamp.txt").unlink()
    course.grade_here()
    with gradebook_of(course) as gradebook:
        assert gradebook.find_submission(NAME, "ada").timestamp is None
    assert course.grade_here()["ada"].status == "unchanged"


@pytest.mark.parametrize("change", ["work", "source"])
def test_feedback_on_work_that_has_changed_since_says_so(course, change, capsys):
    arguments = ["feedback", NAME, "--workers", "1", "--course", str(course.folder)]
    assert main(arguments) == 0
    if change == "work":
        course.hand_in("ben")
    else:
        make_a_test_of(course, "why")
    assert main(arguments) == 1
    told = capsys.readouterr().out
    assert (
        f"autograde {NAME}" in told
        and "ben" in told
        and ("ada" in told.rpartition("graded:")[2]) == (change == "source")
    )


def test_a_copy_of_a_released_file_that_a_student_changed_is_no_other_work(course):
    with open(course.folder / "submitted" / "ben" / NAME / "helper.py", "a") as helper:
        helper.write("# mine\n")
    course.grade_here()
    assert main(["feedback", NAME, "--workers", "1", "--course", str(course.folder)]) == 0


def test_feedback_for_one_student_looks_at_that_one_only(course):
    course.hand_in("ben")
    command = ["feedback", NAME, "--workers", "1", "--course", str(course.folder), "--student"]
    assert (main([*command, "ada"]), main([*command, "ben"])) == (0, 1)


def test_a_database_that_is_locked_is_told_in_a_line(course, capsys, monkeypatch):
    monkeypatch.setattr("grading.coordinator.open_course", raises(OperationalError("SELECT", {}, Exception("locked"))))
    assert main(["autograde", NAME, "--course", str(course.folder)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_what_nbgrader_autograde_left_half_done_is_graded_again_and_has_no_points_until_then(course):
    notebook = course.folder / "autograded" / "ben" / NAME / f"{NOTEBOOK}.ipynb"
    content = json.loads(notebook.read_text())
    del content["metadata"]["grading"]["key"]
    notebook.write_text(json.dumps(content))
    with gradebook_of(course) as gradebook:
        gradebook.remove_submission(NAME, "ben")
        gradebook.add_submission(NAME, "ben")
        assert ("ben", NOTEBOOK) not in read_marks(gradebook, NAME)
    course.autograde_here()
    assert scores_of(course)["ben"] == 1


def test_an_entry_for_an_extension_is_no_work(course, capsys):
    with gradebook_of(course) as gradebook:
        gradebook.add_student("cy")
        gradebook.add_submission(NAME, "cy")
    assert main(["feedback", NAME, "--workers", "1", "--course", str(course.folder)]) == 0
    assert "cy" not in capsys.readouterr().out


def test_a_question_that_has_another_name_is_named_for_it_may_be_another_question(course, caplog):
    with gradebook_of(course) as gradebook:
        gradebook.find_grade("why", NOTEBOOK, NAME, "ada").manual_score = 4
        gradebook.db.commit()
    with changed(course, "why") as cell:
        cell.metadata.nbgrader.grade_id = "another"
    course.grade_here()
    assert "why is now another" in caplog.text


def test_points_by_hand_do_not_move_where_other_cells_come_and_go(course):
    with gradebook_of(course) as gradebook:
        gradebook.find_grade("why", NOTEBOOK, NAME, "ada").manual_score = 4
        gradebook.db.commit()
    with changed(course, "why") as cell:
        cell.metadata.nbgrader.grade_id = "another"
    with changed(course, "test-triple-small") as cell:
        cell.metadata.nbgrader.grade_id, cell.source = "test-triple-large", "expect(triple(20), 60)"
    with pytest.raises(CourseError, match="why"):
        course.grade_here()


def test_a_source_without_ids_for_its_cells_is_the_same_at_every_run(course):
    path = course.folder / "source" / NAME / f"{NOTEBOOK}.ipynb"
    content = json.loads(path.read_text())
    content["nbformat_minor"] = 5
    for number, cell in enumerate(content["cells"]):
        cell.pop("id", None)
        if number < 2:
            cell["id"] = "the-same"
    path.write_text(json.dumps(content))
    course.grade_here()
    assert {report.status for report in course.grade_here().values()} == {"unchanged"}


def test_a_hidden_file_is_no_notebook_of_the_assignment(course):
    source = course.folder / "source" / NAME
    shutil.copy(source / f"{NOTEBOOK}.ipynb", source / f"._{NOTEBOOK}.ipynb")
    assert set(Assignment(open_course(course.folder), NAME).templates) == {NOTEBOOK}


def test_an_assignment_that_is_graded_by_hand_alone_is_graded_once(course):
    path = course.folder / "source" / NAME / f"{NOTEBOOK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) in ("imports", "why")]
    nbformat.write(notebook, path)
    course.grade_here()
    assert {report.status for report in course.grade_here().values()} == {"unchanged"}


def test_a_step_of_autograding_that_is_set_otherwise_counts(course):
    course.configure("c.LimitOutput.max_lines = 1\n")
    assert {report.status for report in course.grade_here().values()} == {"graded"}


def test_grading_one_student_keeps_the_others_in_the_table(course):
    command = ["autograde", NAME, "--course", str(course.folder)]
    main(command)
    main([*command, "--student", "ben", "--force"])
    with open(course.folder / "reports" / f"{NAME}.csv", newline="") as file:
        assert {row["student"] for row in csv.DictReader(file)} == {"ada", "ben"}


def test_the_table_tells_what_being_late_takes_off(course):
    course.configure("c.LatePolicy.share_per_day = 0.5\n")
    with gradebook_of(course) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=DUE)
    assert course.grade_here()["ada"].penalty == BOTH


def test_a_name_of_an_assignment_may_hold_signs_of_a_pattern(course):
    for folder in ("source", "submitted/ada", "submitted/ben"):
        (course.folder / folder / NAME).rename(course.folder / folder / "hw (1) [a]+")
    found = submitted_folders(open_course(course.folder).coursedir, "hw (1) [a]+")
    assert set(found) == {"ada", "ben"}


def test_a_source_that_cannot_be_read_hides_no_changed_work(course, capsys):
    (course.folder / "source" / NAME / f"{NOTEBOOK}.ipynb").write_text("{")
    assert main(["feedback", NAME, "--workers", "1", "--course", str(course.folder)]) == 1
    assert "cannot be told" in capsys.readouterr().out


def test_a_folder_that_cannot_be_read_is_not_empty(course, monkeypatch):
    def walk(path, onerror=None, **how):
        if "submitted" not in str(path):
            yield from every(path, onerror=onerror, **how)
        elif onerror:
            onerror(PermissionError(13, "Permission denied", str(path)))

    every = os.walk
    course.hand_in("ben")
    monkeypatch.setattr("grading.submission.os.walk", walk)
    assert "Permission denied" in course.grade_here()["ben"].problem


def test_what_the_exchange_puts_beside_an_untouched_notebook_is_no_work(course):
    folder = course.folder / "submitted" / "cy" / NAME
    shutil.copytree(course.folder / "release" / NAME, folder)
    (folder / "submission_secret.txt").write_text("secret")
    assert not course.grade_here()["cy"].problem


def raises(error):
    def raising(*_):
        raise error

    return raising


@contextmanager
def changed(course, name):
    """Give a cell of source/, which is written back."""
    path = course.folder / "source" / NAME / f"{NOTEBOOK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    (cell,) = (c for c in notebook.cells if grade_id(c) == name)
    yield cell
    nbformat.write(notebook, path)


def change_points(course, name, points):
    with changed(course, name) as cell:
        cell.metadata.nbgrader.points = points


def make_a_test_of(course, name):
    with changed(course, name) as cell:
        cell.cell_type, cell.source = "code", "assert double(1) == 2"
        cell.outputs, cell.execution_count = [], None
        cell.metadata.nbgrader |= {"solution": False, "locked": True}


def test_points_by_hand_of_a_cell_that_has_become_a_test_are_given_up_only_when_told(course):
    with gradebook_of(course) as gradebook:
        gradebook.find_grade("why", NOTEBOOK, NAME, "ada").manual_score = 3
        gradebook.db.commit()
    make_a_test_of(course, "why")
    with pytest.raises(CourseError, match="--drop-removed"):
        course.grade_here()
    course.grade_here(drop_removed=True)
    with gradebook_of(course) as gradebook:
        grade = gradebook.find_grade("why", NOTEBOOK, NAME, "ada")
        assert (grade.manual_score, grade.auto_score) == (None, 4)
