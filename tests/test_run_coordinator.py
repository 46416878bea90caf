"""python -m grading autograde: what is done, what is done again, and what a broken submission costs."""

import csv
import os
import sys
from contextlib import nullcontext
from dataclasses import replace

import pytest
from test_run_nbgrader import EVIL
from tiny import BOTH, DOUBLE, NAME, NOTEBOOK, WRONG, TinyCourse, gradebook_of, scores_of, threads

from grading import pool
from grading.__main__ import main
from grading.coordinator import coordinator
from grading.course import CourseError
from grading.run import execute
from grading.run.job import Job

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course with three submissions."""
    course = TinyCourse(tmp_path_factory.mktemp("handed-in"))
    for student in ("ada", "ben", "chen"):
        course.hand_in(student)
    return course


@pytest.fixture
def course(handed_in, tmp_path, monkeypatch):
    """A fresh copy of that course, as the working directory."""
    monkeypatch.chdir(tmp_path)
    return handed_in.copy(tmp_path / "course")


def statuses(reports):
    return {student: report.status for student, report in reports.items()}


def test_what_is_graded_is_not_graded_again(course):
    assert set(statuses(course.grade_here()).values()) == {"graded"}
    assert set(statuses(course.grade_here()).values()) == {"unchanged"}


def test_force_grades_again(course):
    course.grade_here()
    assert set(statuses(course.grade_here(force=True)).values()) == {"graded"}


def test_a_changed_submission_is_graded_again(course):
    course.grade_here()
    course.hand_in("ben", double=WRONG)
    assert statuses(course.grade_here()) == {"ada": "unchanged", "ben": "graded", "chen": "unchanged"}
    told = [o.get("evalue") for c in course.autograded("ben").cells for o in c.get("outputs", [])]
    assert scores_of(course)["ben"] == 1, told


def test_a_new_timestamp_is_graded_again(course):
    course.grade_here()
    course.hand_in("ben", timestamp="2026-01-09 12:00:00 UTC")
    assert statuses(course.grade_here())["ben"] == "graded"


def test_a_changed_helper_of_the_instructor_grades_all_again(course):
    course.hand_in("ben", double=WRONG)
    course.grade_here()
    (course.folder / "source" / NAME / "helper.py").write_text("def expect(result, right):\n    pass\n")
    assert set(statuses(course.grade_here()).values()) == {"graded"}
    assert set(scores_of(course).values()) == {BOTH}


def test_a_changed_environment_grades_all_again(course, monkeypatch):
    course.grade_here()
    monkeypatch.setattr("grading.run.job._environment", lambda: b"another numpy")
    assert set(statuses(course.grade_here()).values()) == {"graded"}


def test_what_nbgrader_graded_is_not_graded_again(course):
    course.autograde_here()
    assert set(statuses(course.grade_here()).values()) == {"unchanged"}


def test_a_lost_folder_and_a_lost_grade_are_made_again(course):
    course.grade_here()
    (course.folder / "autograded" / "ada").rename(course.folder / "lost")
    with gradebook_of(course) as gradebook:
        gradebook.remove_submission(NAME, "ben")
    assert statuses(course.grade_here()) == {"ada": "graded", "ben": "graded", "chen": "unchanged"}


def test_a_folder_without_its_grades_is_graded(course):
    """As a run leaves it that is killed between the two passes of nbgrader."""
    course.grade_here()
    path = course.folder / "autograded" / "ada" / NAME / f"{NOTEBOOK}.ipynb"
    path.chmod(0o644)
    path.write_text(path.read_text().replace('"key"', '"nokey"'))
    assert statuses(course.grade_here())["ada"] == "graded"


def test_only_the_named_students_are_graded(course):
    assert statuses(course.grade_here(students=["ben"])) == {"ben": "graded"}
    assert set(scores_of(course)) == {"ben"}


def test_a_student_without_a_submission_is_an_error(course):
    with pytest.raises(CourseError, match="no submission to tiny by eve"):
        course.grade_here(students=["eve"])


def test_two_runs_do_not_write_at_the_same_time(course):
    with coordinator(*course.read()), pytest.raises(CourseError, match="Another run"):
        course.grade_here()


# Broken submissions


def test_an_unreadable_time_leaves_a_submission_to_a_person(course):
    course.hand_in("ben", timestamp="yesterday, I think")
    reports = course.grade_here()
    assert reports["ben"].status == "not graded"
    assert "timestamp.txt holds no time" in reports["ben"].problem
    assert set(scores_of(course)) == {"ada", "chen"}


def test_a_missing_notebook_gets_nothing_and_is_told(course):
    (course.folder / "submitted" / "ben" / NAME / f"{NOTEBOOK}.ipynb").unlink()
    reports = course.grade_here()
    assert f"{NOTEBOOK}.ipynb is missing" in reports["ben"].problem
    assert scores_of(course) == {"ada": BOTH, "ben": 0, "chen": BOTH}


def pipe(folder):
    os.mkfifo(folder / "pipe")


def huge(folder):
    with open(folder / "huge.bin", "wb") as file:
        file.truncate(10**9)


def file_for_folder(folder):
    (folder / "helper.py").unlink()
    (folder / "helper.py").mkdir()
    (folder / "helper.py" / "inside.txt").write_text("")


def folder_for_notebook(folder):
    (folder / f"{NOTEBOOK}.ipynb").unlink()
    (folder / f"{NOTEBOOK}.ipynb").mkdir()


def strange_name(folder):
    (folder / os.fsdecode(b"\xff.txt")).write_text("")


def linked_notebook(folder):
    path = folder / f"{NOTEBOOK}.ipynb"
    path.unlink()
    path.symlink_to(folder.parent.parent / "ada" / NAME / path.name)


@pytest.mark.parametrize(
    ("damage", "points"),
    [
        (pipe, BOTH),
        (huge, BOTH),
        (file_for_folder, BOTH),
        (strange_name, BOTH),
        (folder_for_notebook, 0),
        (linked_notebook, 0),
    ],
)
def test_what_is_no_ordinary_file_costs_only_itself(damage, points, course):
    damage(course.folder / "submitted" / "ben" / NAME)
    reports = course.grade_here()
    assert scores_of(course) == {"ada": BOTH, "ben": points, "chen": BOTH}
    assert {report.status for report in reports.values()} == {"graded"}


def test_a_notice_shows_what_a_student_wrote_as_text(course):
    (course.folder / "submitted" / "ben" / NAME / EVIL).symlink_to("/etc/passwd")
    course.grade_here()
    course.feedback(NAME)
    page = (course.folder / "feedback" / "ben" / NAME / f"{NOTEBOOK}.html").read_text()
    assert "leads out of the folder" in page
    assert EVIL not in page


def test_an_error_of_the_engine_costs_one_submission(course, monkeypatch):
    execute_run = execute.run

    def run(job):
        if b"return x" in job.submission:
            raise execute.EngineError("Traceback\n  of the judge\nKeyError: 1")
        return execute_run(job)

    monkeypatch.setattr(execute, "run", run)
    course.hand_in("ben", double=WRONG)
    reports = course.grade_here()
    assert statuses(reports) == {"ada": "graded", "ben": "not graded", "chen": "graded"}
    assert reports["ben"].problem == "EngineError: KeyError: 1"


# Time


@pytest.fixture
def ran(monkeypatch):
    """What is run, in order: who runs out of time each time, and who only at the first time."""
    order, execute_run = [], execute.run

    def run(job):
        if job.submission == job.template:  # the reference
            return execute_run(job)
        kind = "always" if b"# always" in job.submission else "once" if b"# once" in job.submission else ""
        order.append(kind)
        outcome = execute_run(job)
        if kind == "always" or order.count(kind) == 1 and kind == "once":
            failed = {key: replace(verdict, passed=False) for key, verdict in outcome.verdicts.items()}
            return replace(outcome, slow=True, verdicts=failed)
        return outcome

    monkeypatch.setattr(execute, "run", run)
    return order


def test_what_ran_out_of_time_runs_once_more_when_all_else_is_done(course, ran):
    course.hand_in("ada", double=DOUBLE + "# always")
    course.hand_in("ben", double=DOUBLE + "# once")
    reports = course.grade_here()
    assert ran == ["always", "once", "", "always", "once"]
    assert {student: report.points for student, report in reports.items()} == {"ada": 0, "ben": BOTH, "chen": BOTH}


def test_nbgrader_autograde_too_runs_it_once_more(course, ran):
    course.hand_in("ben", double=DOUBLE + "# once")
    course.autograde_here()
    assert ran.count("once") == 2 and scores_of(course)["ben"] == BOTH


# Lost workers


def notebook(course, student):
    return (course.folder / "submitted" / student / NAME / f"{NOTEBOOK}.ipynb").read_bytes()


def test_work_of_a_lost_worker_is_done_again(course):
    course.hand_in("ben", double=WRONG)
    reports = course.grade_here(threads(losses=[notebook(course, "ben")]))
    assert set(statuses(reports).values()) == {"graded"}


def test_a_submission_that_loses_its_worker_twice_costs_only_itself(course):
    course.hand_in("ben", double=WRONG)
    reports = course.grade_here(threads(losses=2 * [notebook(course, "ben")]))
    assert statuses(reports) == {"ada": "graded", "ben": "not graded", "chen": "graded"}


def test_a_worker_with_other_packages_is_refused():
    job = Job(NOTEBOOK, b"", b"", {}, {})
    with pytest.raises(pool.WorkersError, match="other packages"):
        pool.compute([job], ["the key of another environment"])


# The command


@pytest.fixture
def command(course, monkeypatch):
    """``command(*arguments)``: run the command on the course, with workers in this process; return its status."""
    monkeypatch.setattr(pool, "local", lambda count: nullcontext(threads()))
    return lambda *arguments: main(["autograde", *arguments, "--course", str(course.folder)])


def test_the_command_grades_on_local_workers_and_says_so(course, capsys):
    assert main(["autograde", NAME, "--course", str(course.folder), "--workers", "1"]) == 0
    out = capsys.readouterr().out
    assert "tiny: 3 submissions" in out
    assert "3 graded" in out
    assert "sandbox of 3: " in out
    assert set(scores_of(course).values()) == {BOTH}


def test_the_status_and_the_table_tell_what_needs_a_person(command, course, capsys):
    (course.folder / "submitted" / "ben" / NAME / f"{NOTEBOOK}.ipynb").write_text("=cmd|")
    assert command(NAME) == 1
    assert "1 need a person" in capsys.readouterr().out
    with open(course.folder / "reports" / f"{NAME}.csv", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["ben"]["problem"] and rows["ben"]["points"] == "0.0"
    assert not rows["ada"]["problem"] and rows["ada"]["points"] == "6.0"
    assert command(NAME) == 1  # it still does when nothing is new


def test_what_lies_under_no_assignments_name_is_named(command, course, capsys):
    (course.folder / "submitted" / "ben" / "tiny.zip").write_bytes(b"")
    (course.folder / "submitted" / "ben" / NAME).rename(course.folder / "submitted" / "ben" / "Tiny")
    command(NAME)
    told = [line for line in capsys.readouterr().out.splitlines() if "no assignment has this name" in line]
    assert [line.rpartition("/")[2] for line in told] == ["Tiny", "tiny.zip"]


def test_an_assignment_that_is_not_in_order_does_not_stop_the_next(command, course):
    assert command("unknown", NAME) == 2
    assert set(scores_of(course)) == {"ada", "ben", "chen"}


def test_an_engine_that_cannot_start_stops_the_run_at_once(course, monkeypatch, capfd):
    monkeypatch.setattr(execute, "python", lambda *given: [sys.executable, "-c", "raise SystemExit('no room')"])
    assert main(["autograde", NAME, "--course", str(course.folder), "--workers", "2"]) == 2
    told = capfd.readouterr().err
    assert "The engine cannot start" in told and "no room" in told
    assert scores_of(course) == {}


@pytest.mark.parametrize("arguments", [["unknown"], [NAME, "--student", "eve"]])
def test_a_course_that_is_not_in_order_has_its_own_status(arguments, command, capsys):
    assert command(*arguments) == 2
    assert "grading: " in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], [NAME, "--workers", "0"], [NAME, "--workers", "1", "--scheduler", "x"]])
def test_a_wrong_command_line_has_the_status_of_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["autograde", *arguments])
    assert stopped.value.code == 2


@pytest.fixture
def without_bubblewrap(monkeypatch):
    """Let the engine of this process start anew where it finds no bwrap."""
    execute.close()
    monkeypatch.setenv("PATH", "/nowhere")
    yield
    execute.close()


def test_a_required_sandbox_that_is_missing_grades_nothing(command, course, without_bubblewrap, capsys):
    assert command(NAME, "--require-sandbox") == 2
    assert "A sandbox is required" in capsys.readouterr().err
    assert scores_of(course) == {}


def test_without_bubblewrap_each_grade_says_so(course, without_bubblewrap):
    assert {report.sandbox for report in course.grade_here().values()} == {"none: bubblewrap (bwrap) is not installed"}
    assert "none" in course.autograded("ada").metadata.grading.sandbox
    assert set(scores_of(course).values()) == {BOTH}
