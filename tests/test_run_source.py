"""source/ decides: the reference goes first, the gradebook follows, and what a person has given stays."""

import copy
import csv
import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir
from datetime import datetime, timedelta

import nbformat
import pytest
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import Execute
from tiny import (
    BOTH,
    DOUBLE,
    DUE,
    HELPER,
    NAME,
    NOTEBOOK,
    PENALTY,
    TRIPLE,
    WRONG,
    TinyCourse,
    gradebook_of,
    scores_of,
    threads,
)

from grading import assignment
from grading.coordinator import open_course
from grading.course import CourseError
from grading.preflight import check_references
from grading.run import execute
from grading.run.job import Limits
from grading.run.template import read_template
from tools.notebooks import ROOT, grade_id

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy
LATE = "2026-01-11 12:00:00 UTC"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course with a right submission and a wrong one, graded."""
    course = TinyCourse(tmp_path_factory.mktemp("handed-in"))
    course.hand_in("ada", why="Because.")
    course.hand_in("ben", double=WRONG)
    course.grade_here()
    return course


@pytest.fixture
def course(handed_in, tmp_path, monkeypatch):
    """A fresh copy of that course, as the working directory."""
    monkeypatch.chdir(tmp_path)
    return handed_in.copy(tmp_path / "course")


@pytest.fixture
def ran(monkeypatch):
    """The jobs that are run, in order."""
    jobs, run = [], execute.run
    monkeypatch.setattr(execute, "run", lambda job: jobs.append(job) or run(job))
    return jobs


WAYS = pytest.mark.parametrize("way", ["grade_here", "autograde_here"])


def change(course, edit, notebook=NOTEBOOK):
    """Let ``edit`` change ``{grade id: cell}`` or the list of cells of a source notebook."""
    path = course.folder / "source" / NAME / f"{notebook}.ipynb"
    document = nbformat.read(path, as_version=4)
    edit({grade_id(c): c for c in document.cells}, document.cells)
    nbformat.write(document, path)


def give(course, name, points, comment=None, student="ada"):
    """Give points and a comment by hand."""
    with gradebook_of(course) as book:
        book.find_grade(name, NOTEBOOK, NAME, student).manual_score = points
        if comment:
            book.find_comment(name, NOTEBOOK, NAME, student).manual_comment = comment
        book.db.commit()


def given(course, name, student="ada"):
    with gradebook_of(course) as book:
        return book.find_grade(name, NOTEBOOK, NAME, student).manual_score


def most(course):
    with gradebook_of(course) as book:
        return book.find_assignment(NAME).max_score


def worth(points):
    return lambda cells, _: cells["test-triple-small"].metadata.nbgrader.update(points=points)


# The reference goes first


def break_answer(course):
    change(course, lambda cells, _: cells["double"].update(source=WRONG))


def break_helper(course):
    (course.folder / "source" / NAME / "helper.py").unlink()


@WAYS
@pytest.mark.parametrize(
    ("damage", "named"),
    [(break_answer, "test-double-small says.*got 1, expected 2"), (break_helper, "imports stops with ModuleNotFound")],
)
def test_nobody_is_graded_where_the_reference_does_not_pass(way, damage, named, course, ran):
    damage(course)
    course.hand_in("chen")
    with pytest.raises(CourseError, match=named):
        getattr(course, way)()
    assert set(scores_of(course)) == {"ada", "ben"}
    assert all(job.submission == job.template for job in ran)


def test_a_reference_that_does_not_pass_has_its_own_status(course):
    break_answer(course)
    done = course.grade(NAME)
    assert done.returncode == 2 and "test-double-small" in done.stderr and "Traceback" not in done.stderr
    done = course.autograde(NAME)
    assert done.returncode == 1 and "test-double-small" in done.stderr and "Traceback" not in done.stderr


def test_a_reference_that_need_not_pass_does_not_stop_the_run(course):
    break_answer(course)
    course.configure("c.Engine.reference_must_pass = False\n")
    assert course.grade_here()["ada"].status == "graded"


def test_the_references_of_several_assignments_are_run_side_by_side_and_once(course, ran):
    shutil.copytree(course.folder / "source" / NAME, course.folder / "source" / "other")
    with chdir(course.folder):
        converter = open_course(course.folder)
        both = [assignment.Assignment(converter, name) for name in (NAME, "other")]
        for _ in range(2):
            check_references(both, threads())
    assert len(ran) == 1  # that of the first was kept already


def test_an_assignment_that_is_not_in_order_does_not_stop_the_others(course):
    shutil.copytree(course.folder / "source" / NAME, course.folder / "source" / "other")
    break_answer(course)
    course.hand_in("chen")
    done = course.grade("missing", NAME, "other")
    assert done.returncode == 2 and "missing" in done.stderr and "test-double-small" in done.stderr
    assert (course.folder / "reports" / "other.csv").exists() and "chen" not in scores_of(course)


@WAYS
def test_a_reference_that_has_passed_is_not_run_again(way, course, ran):
    getattr(course, way)()
    course.hand_in("chen")
    getattr(course, way)()
    assert len(ran) == 1


def test_what_is_known_of_the_reference_may_be_deleted(course, ran):
    (record,) = (course.folder / "autograded").glob(".*")
    record.unlink()
    assert {report.status for report in course.grade_here().values()} == {"unchanged"}
    assert len(ran) == 1


def test_a_helper_that_is_a_link_out_of_the_folder_is_the_instructors_own(course):
    helper = course.folder / "source" / NAME / "helper.py"
    helper.rename(course.folder / "shared.py")
    helper.symlink_to(course.folder / "shared.py")
    course.grade_here(force=True)
    assert scores_of(course) == {"ada": BOTH, "ben": 1}


def test_a_folder_that_is_a_link_is_the_instructors_own(course):
    (course.folder / "shared").mkdir()
    (course.folder / "shared" / "__init__.py").write_text(HELPER)
    (course.folder / "source" / NAME / "common").symlink_to(course.folder / "shared")
    change(course, lambda cells, _: cells["imports"].update(source="from common import expect"))
    course.grade_here()
    assert scores_of(course) == {"ada": BOTH, "ben": 1}


def pipe(path):
    os.mkfifo(path)


def dead_link(path):
    path.symlink_to("nowhere")


def large(path):
    with open(path, "wb") as file:
        file.truncate(Limits.file_bytes + 1)


@pytest.mark.parametrize("make", [pipe, dead_link, large])
def test_an_instructors_file_that_cannot_be_taken_is_named(make, course):
    make(course.folder / "source" / NAME / "data.bin")
    with pytest.raises(CourseError, match="data.bin"):
        course.grade_here()


def test_files_that_are_too_large_together_are_named_with_the_limit(course, monkeypatch):
    monkeypatch.setattr(assignment, "FILES_BYTES", 1000)
    (course.folder / "source" / NAME / "z.bin").write_bytes(bytes(999))
    with pytest.raises(CourseError, match="z.bin.*1,000"):
        course.grade_here()


# The gradebook follows


def rows(course):
    """Return what the gradebook knows of the assignment."""
    with gradebook_of(course) as book:
        (notebook,) = book.find_assignment(NAME).notebooks
        cells = [c.to_dict() for k in ("grade", "solution", "task", "source") for c in getattr(notebook, f"{k}_cells")]
        return notebook.kernelspec, sorted(json.dumps(c | {"id": ""}, sort_keys=True) for c in cells)


@WAYS
def test_an_assignment_that_the_gradebook_does_not_know_is_graded(way, course):
    generated = rows(course)
    (course.folder / "gradebook.db").unlink()
    shutil.rmtree(course.folder / "autograded")
    release = (course.folder / "release" / NAME / f"{NOTEBOOK}.ipynb").stat()
    getattr(course, way)()
    assert scores_of(course) == {"ada": BOTH, "ben": 1}
    assert rows(course) == generated
    assert (course.folder / "release" / NAME / f"{NOTEBOOK}.ipynb").stat() == release


@WAYS
def test_changed_points_count_for_all_and_what_a_person_gave_stays(way, course):
    give(course, "why", 3.5, "Good.")
    change(course, worth(4))
    getattr(course, way)()
    assert scores_of(course) == {"ada": BOTH + 3 + 3.5, "ben": 4}
    assert most(course) == 13
    with gradebook_of(course) as book:
        assert book.find_comment("why", NOTEBOOK, NAME, "ada").manual_comment == "Good."


@WAYS
def test_a_changed_hidden_test_counts(way, course):
    lenient = "assert double(1) == 1 or double(5) == 10"
    change(course, lambda cells, _: cells["test-double-large"].update(source=lenient))
    getattr(course, way)()
    assert scores_of(course)["ben"] == 1 + 3


def new_test(_, cells):
    cells.append(copy.deepcopy(cells[-2]))
    cells[-1].source, cells[-1].id = "assert triple(1) == 3", "more"
    cells[-1].metadata.nbgrader.update(grade_id="test-triple-more", points=7)


@WAYS
def test_a_new_test_counts_for_all(way, course):
    give(course, "why", 3)
    change(course, new_test)
    getattr(course, way)()
    assert scores_of(course) == {"ada": BOTH + 7 + 3, "ben": 8}


@WAYS
def test_a_removed_test_no_longer_counts(way, course):
    change(course, lambda cells, listed: listed.remove(cells["test-triple-small"]))
    getattr(course, way)()
    assert scores_of(course) == {"ada": BOTH - 1, "ben": 0} and most(course) == 9


def renamed(cells, _):
    cells["why"].metadata.nbgrader.grade_id = "reason"


def test_a_renamed_cell_keeps_what_a_person_gave(course):
    give(course, "why", 3.5, "Good.")
    change(course, renamed)
    course.grade_here()
    assert given(course, "reason") == 3.5
    assert course.autograded("ada").cells[-1].source == "Because."


def removed(cells, listed):
    listed.remove(cells["why"])


@WAYS
def test_a_removed_cell_with_points_by_hand_stops_the_run(way, course):
    give(course, "why", 3.5)
    change(course, removed)
    with pytest.raises(CourseError, match="why .*ada.*--drop-removed"):
        getattr(course, way)()
    assert given(course, "why") == 3.5


def test_the_command_that_the_message_names_gives_them_up(course):
    give(course, "why", 3.5)
    change(course, removed)
    assert course.grade(NAME, "--drop-removed").returncode == 0
    assert scores_of(course) == {"ada": BOTH, "ben": 1} and most(course) == BOTH


def second_notebook(course):
    path = course.folder / "source" / NAME / f"{NOTEBOOK}.ipynb"
    shutil.copy(path, path.with_name("second.ipynb"))
    change(course, lambda cells, listed: [c for c in listed if grade_id(c) != "why" or listed.remove(c)], "second")


def test_a_new_notebook_and_a_removed_one_are_followed(course):
    give(course, "why", 3.5)
    second_notebook(course)
    reports = course.grade_here()
    assert most(course) == BOTH + 4 + BOTH and "second.ipynb is missing" in reports["ada"].problem
    (course.folder / "source" / NAME / "second.ipynb").unlink()
    assert course.grade_here()["ada"].problem == ""
    assert scores_of(course) == {"ada": BOTH + 3.5, "ben": 1} and most(course) == BOTH + 4


def test_a_source_that_the_course_marks_in_its_own_way_is_read_by_its_rules(course):
    """Else the solution itself would stand in the place of a missing answer."""
    course.configure('c.ClearSolutions.begin_solution_delimeter = "ANSWER {"\n')
    course.configure('c.ClearSolutions.end_solution_delimeter = "} ANSWER"\n')
    for name, answer in {"double": DOUBLE, "triple": TRIPLE}.items():
        change(course, lambda cells, _: cells[name].update(source=f"# ANSWER {{\n{answer}# }} ANSWER"))  # noqa: B023
    path = course.folder / "submitted" / "ada" / NAME / f"{NOTEBOOK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [c for c in notebook.cells if grade_id(c) != "triple"]
    nbformat.write(notebook, path)
    course.grade_here()
    assert scores_of(course)["ada"] == BOTH - 1


def test_what_is_hidden_is_marked_as_the_course_says(course):
    for name, mark in {"begin": "SECRET {", "end": "} SECRET"}.items():
        course.configure(f"c.ClearHiddenTests.{name}_test_delimeter = {mark!r}\n")
    with chdir(course.folder):
        found = assignment.Assignment(open_course(course.folder), NAME)
    assert read_template(found.templates[NOTEBOOK]).marks == ("SECRET {", "} SECRET")


def test_cells_that_nbgrader_adds_at_the_top_are_known(course):
    header = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("base = 2")])
    flags = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    header.cells[0].metadata.nbgrader = flags | {"grade_id": "header"}
    nbformat.write(header, course.folder / "header.ipynb")
    course.configure('c.IncludeHeaderFooter.header = "header.ipynb"\n')
    answer = "def double(x): return base * x"
    change(course, lambda cells, _: cells["double"].update(source=answer))
    course.hand_in("ada", double=answer)
    course.grade_here()
    assert scores_of(course)["ada"] == BOTH


def test_a_source_that_cannot_be_read_is_named(course):
    (course.folder / "source" / NAME / f"{NOTEBOOK}.ipynb").write_text("{")
    with pytest.raises(CourseError, match=f"{NOTEBOOK}.ipynb cannot be read"):
        course.grade_here()


# Late work


@pytest.fixture
def late(course):
    """The course with a penalty of one point for late work, and ada late by a day and a half."""
    course.configure(PENALTY)
    (course.folder / "submitted" / "ada" / NAME / "timestamp.txt").write_text(LATE)
    course.grade_here()
    due(course, DUE)
    return course


def due(course, when):
    with gradebook_of(course) as book:
        book.update_or_create_assignment(NAME, duedate=when)


def penalties(course):
    with gradebook_of(course) as book:
        return {s.student_id: s.late_submission_penalty for s in book.assignment_submissions(NAME)}


@WAYS
def test_a_moved_deadline_changes_the_penalty_without_running_the_code(way, late, ran):
    getattr(late, way)()
    assert penalties(late) == {"ada": 1, "ben": 0}
    due(late, datetime(2026, 1, 12))
    getattr(late, way)()
    assert penalties(late) == {"ada": 0, "ben": 0}
    assert ran == []


def test_an_extension_changes_the_penalty(late):
    late.grade_here()
    with gradebook_of(late) as book:
        book.grant_extension(NAME, "ada", days=2)
    late.grade_here()
    assert penalties(late)["ada"] == 0


def test_an_extension_without_a_deadline_is_no_error(late):
    due(late, None)
    with gradebook_of(late) as book:
        book.find_submission(NAME, "ada").extension = timedelta(days=1)
        book.db.commit()
    assert late.grade_here()["ada"].status == "unchanged"


def test_another_rule_and_points_by_hand_change_the_penalty(late):
    late.configure("c.AssignLatePenalties.plugin_class = LateSubmissionPlugin\n")
    late.configure('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    late.grade_here()
    assert penalties(late)["ada"] == BOTH
    give(late, "why", 3)
    late.grade_here()
    assert penalties(late)["ada"] == BOTH + 3


# Where the tests run


def look_into_the_process(course):
    """Let a test ask for what only the student's own process has."""
    change(course, lambda cells, _: cells["test-triple-small"].update(source="assert triple.__globals__ is globals()"))


@WAYS
def test_tests_that_need_the_students_process_run_there_and_the_record_says_why(way, course):
    look_into_the_process(course)
    getattr(course, way)()
    assert scores_of(course)["ada"] == BOTH
    grading = course.autograded("ada").metadata.grading
    assert grading.tests == "beside" and "test-triple-small" in grading.why


def test_a_test_that_patches_a_library_runs_where_the_patch_is_seen(course):
    patched = "from unittest.mock import patch\nwith patch('math.pi', 3):\n    assert triple(2) == 6"
    change(course, lambda cells, _: cells["test-triple-small"].update(source=patched))
    course.grade_here()
    grading = course.autograded("ada").metadata.grading
    assert grading.tests == "beside" and "math.pi" in grading.why


def test_the_summary_and_the_table_say_where_tests_ran(course):
    look_into_the_process(course)
    assert "beside the students' code: apart, test-triple-small" in course.grade(NAME).stdout
    with open(course.folder / "reports" / f"{NAME}.csv", newline="") as file:
        assert {row["tests"] for row in csv.DictReader(file)} == {"beside"}


def test_tests_run_apart_where_they_can(course):
    assert course.autograded("ada").metadata.grading.tests == "apart"


def test_tests_that_must_run_apart_and_cannot_stop_the_run(course):
    look_into_the_process(course)
    course.configure('c.Engine.isolation = "apart"\n')
    with pytest.raises(CourseError, match="test-triple-small"):
        course.grade_here()


def test_tests_run_beside_where_the_course_says_so(course):
    course.configure('c.Engine.isolation = "beside"\n')
    course.grade_here()
    assert course.autograded("ada").metadata.grading.tests == "beside"
    assert scores_of(course) == {"ada": BOTH, "ben": 1}


def test_a_file_that_students_write_is_not_the_instructors_in_their_tests(course):
    """With exclude_overwriting, the instructor's copy must not stand in for the student's."""
    (course.folder / "source" / NAME / "mine.py").write_text(TRIPLE)
    change(course, lambda cells, _: cells["test-triple-small"].update(source="import mine\nassert mine.triple(2) == 6"))
    course.configure(f'c.Autograde.exclude_overwriting = {{"{NAME}": ["mine.py"]}}\n')
    (course.folder / "submitted" / "ada" / NAME / "mine.py").write_text(TRIPLE)
    (course.folder / "submitted" / "ben" / NAME / "mine.py").write_text("def triple(x): return x\n")
    course.grade_here()
    assert scores_of(course) == {"ada": BOTH, "ben": 0}


# Demonstrations


def shows(course, why=""):
    """Say whether an added demonstration was run."""
    demonstration = nbformat.v4.new_code_cell("print('shown')", id="shown")
    change(course, lambda _, listed: listed.insert(1, demonstration))
    course.grade_here()
    path = course.folder / "submitted" / "ada" / NAME / f"{NOTEBOOK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if why and cell.metadata.nbgrader.grade_id == "why":
            cell.source = why
    notebook.cells.insert(1, demonstration)
    nbformat.write(notebook, path)
    course.grade_here()
    return "shown" in str([c.get("outputs") for c in course.autograded("ada").cells])


def test_a_demonstration_is_not_run(course):
    change(course, removed)
    assert not shows(course)


def test_a_person_who_gives_points_sees_what_demonstrations_show(course):
    assert shows(course, why="The plot shows it.")


def test_a_demonstration_is_not_run_where_no_answer_was_written_for_a_person(course):
    assert not shows(course, why="YOUR ANSWER HERE")


def test_a_demonstration_is_run_where_the_course_wants_it(course):
    change(course, removed)
    course.configure("c.Engine.demonstrations = True\n")
    assert shows(course)


# Settings of stock nbgrader


@pytest.mark.parametrize("section", ["Execute", "ExecutePreprocessor"])
def test_the_time_out_of_a_cell_is_taken_over(section, course, ran):
    course.configure(f"c.Engine.limits = {{}}\nc.{section}.timeout = 77\n")
    course.grade_here(force=True)
    assert {job.limits.cell_seconds for job in ran} == {77}
    assert all(job.limits.total_seconds >= 2 * 77 for job in ran)


def test_the_engines_own_limit_goes_before_the_time_out_of_a_cell(course, ran):
    course.configure('c.ExecutePreprocessor.timeout = -1\nc.Engine.limits = {"cell_seconds": 9}\n')
    course.grade_here(force=True)
    assert {job.limits.cell_seconds for job in ran} == {9}


@pytest.mark.parametrize("setting", ["timeout = -1", "timeout = None", "timeout_func = print"])
def test_a_time_out_without_an_end_is_refused(setting, course):
    course.configure(f"c.Engine.limits = {{}}\nc.ExecutePreprocessor.{setting}\n")
    with pytest.raises(CourseError, match="ExecutePreprocessor.timeout"):
        course.grade_here()


def in_another_language(course):
    path = course.folder / "source" / NAME / f"{NOTEBOOK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(notebook, path)


@WAYS
def test_another_languages_kernel_is_refused_by_name(way, course):
    in_another_language(course)
    with pytest.raises(CourseError, match="kernel ir.*c.Engine.stock"):
        getattr(course, way)()


def test_an_assignment_can_be_left_to_stock_nbgrader(course, monkeypatch):
    """Stock nbgrader starts a kernel and notes nothing of ours; here its cells are not run at all."""
    monkeypatch.setattr(Execute, "preprocess", lambda self, notebook, resources: (notebook, resources))
    course.configure(f"c.Engine.stock = [{NAME!r}]\n")
    course.autograde_here(force=True)
    assert "grading" not in course.autograded("ada").metadata
    assert scores_of(course)["ben"] == BOTH
    with pytest.raises(CourseError, match="stock"):
        course.grade_here()


def test_the_button_of_formgrader_says_why_it_does_not_grade(course):
    break_answer(course)
    api = NbGraderAPI(config=open_course(course.folder).config)
    result = api.autograde(NAME, "ada")
    assert not result["success"] and "test-double-small" in result["error"]


def test_a_new_gradebook_is_made_without_an_activated_environment(tmp_path):
    course = TinyCourse(tmp_path)
    course.hand_in("ada")
    (course.folder / "gradebook.db").unlink()
    command = [sys.executable, "-m", "grading", "autograde", NAME, "--workers", "1"]
    variables = os.environ | {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=course.folder, env=variables, capture_output=True, text=True)
    assert scores_of(course) == {"ada": BOTH}, done.stderr
