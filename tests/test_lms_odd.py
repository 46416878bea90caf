"""Downloads, lists and grades that are not as they should be: nothing is lost or given in silence."""

import csv
import json
import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from test_lms import CANVAS, FILE, MOODLE, collected, hand_in, saved, zipped
from tiny import NAME, NOTEBOOK
from traitlets.config import Config

from grading.__main__ import main
from grading.course import CourseError
from grading.school import doors
from grading.school.lms import _handed_out, _number, _write, collect, fill, read_roster
from tools.notebooks import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy
ADA, BEN = "Ada Lovelace_17_assignsubmission_file", "Ben O'Hara_18_assignsubmission_file"
LATE = {"Autograde": {"autograde_preprocessors": ["nbgrader.preprocessors.AssignLatePenalties"]}}
LATE |= {"AssignLatePenalties": {"plugin_class": "grading.school.late.LatePolicy"}}
LATE |= {"LatePolicy": {"share_per_day": 0.1}}


def opened(folder):
    """Return the course in a folder."""
    return CourseDirectory(root=str(folder), db_url=f"sqlite:///{folder / 'gradebook.db'}")


@pytest.fixture(scope="module")
def entered(tmp_path_factory):
    """The folder of a course in which s17 and s18 have 6 points by the engine and 3 by hand."""
    course = opened(folder := tmp_path_factory.mktemp("entered"))
    (folder / "source" / NAME).mkdir(parents=True)
    (folder / "source" / NAME / FILE).write_text("")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_assignment(NAME)
        gradebook.add_notebook(NOTEBOOK, NAME)
        gradebook.add_grade_cell("auto", NOTEBOOK, NAME, max_score=6, cell_type="code")
        gradebook.add_grade_cell("why", NOTEBOOK, NAME, max_score=4, cell_type="markdown")
        for student in ("s17", "s18"):
            gradebook.add_student(student)
    for student in ("s17", "s18"):
        hand_in(course, student, by_hand=3, penalty=None)
    return folder


@pytest.fixture
def course(entered, tmp_path):
    """A fresh copy of that course."""
    return opened(shutil.copytree(entered, tmp_path / "course"))


def graded(course, tmp_path, text=MOODLE, column=None):
    """Write the grades; return what was done and the column of the file."""
    roster, converter = read_roster(saved(tmp_path, text), column), Autograde(coursedir=course, config=Config(LATE))
    done = doors.write_grades(converter, NAME, roster, NAME, tmp_path / "reports")
    with open(done.path, newline="", encoding="utf-8") as stream:
        return done, [row["Grade"] for row in csv.DictReader(stream)]


def fail(course, student, why):
    """Let the run have found that a person must look at the work of a student."""
    folder = Path(course.format_path(course.autograded_directory, student, NAME))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps({"metadata": {"grading": {"failed": why}}, "cells": []}))


def test_work_that_needs_a_person_gets_no_grade_and_is_named_with_the_reason(course, tmp_path):
    fail(course, "s17", "numbers.ipynb is missing.")
    done, column = graded(course, tmp_path)
    assert column == ["", "9", ""] and done.failed == {"s17": "numbers.ipynb is missing."}


def test_points_by_hand_in_each_cell_make_a_grade_of_it(course, tmp_path):
    fail(course, "s17", "numbers.ipynb is missing.")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.find_grade("auto", NOTEBOOK, NAME, "s17").manual_score = 2
        gradebook.db.commit()
    assert graded(course, tmp_path)[1] == ["5", "9", ""]


def test_who_is_graded_but_not_in_the_file_is_named(course, tmp_path):
    lines = MOODLE.splitlines(keepends=True)
    assert graded(course, tmp_path, "".join(lines[:2]))[0].unlisted == ["s18"]


def test_who_handed_in_but_has_no_grade_is_named(course, tmp_path):
    for student in ("s18", "s19"):
        (tmp_path / "course" / "submitted" / student / NAME).mkdir(parents=True)
    assert graded(course, tmp_path)[0].ungraded == ["s19"]


def test_a_file_that_calls_students_by_other_names_is_refused(course, tmp_path):
    with pytest.raises(CourseError, match="--id"):
        graded(course, tmp_path, column="Email address")


def test_grades_before_any_grading_are_refused(course, tmp_path):
    with Gradebook(course.db_url, course.course_id) as gradebook:
        for student in ("s17", "s18"):
            gradebook.remove_submission(NAME, student)
    with pytest.raises(CourseError, match="autograde"):
        graded(course, tmp_path)


def test_penalties_follow_a_deadline_and_points_that_changed_after_grading(course, tmp_path):
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.find_submission(NAME, "s17").timestamp = datetime(2026, 1, 10, 12)
        gradebook.find_submission_notebook(NOTEBOOK, NAME, "s18").late_submission_penalty = 5  # of an older deadline
        gradebook.db.commit()
    doors.set_due(course, NAME, "2026-01-10 00:00 +00:00")
    assert graded(course, tmp_path)[1] == ["8.1", "9", ""]


def test_the_command_takes_what_late_work_loses_from_the_configuration(course, tmp_path, monkeypatch):
    shutil.copy(ROOT / "nbgrader_config.py", folder := tmp_path / "course")
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write("c.LatePolicy.share_per_day = 0.1\n")
    with Gradebook(course.db_url, course_id="neural-networks") as gradebook:
        gradebook.find_submission(NAME, "s17").timestamp = datetime(2026, 1, 10, 12)
        gradebook.db.commit()
    doors.set_due(course, NAME, "2026-01-10 00:00 +00:00")
    monkeypatch.chdir(folder)
    main(["grades", NAME, str(saved(tmp_path, MOODLE))])
    assert ",8.1," in (folder / "reports" / f"{NAME}-moodle.csv").read_text()


def test_the_command_ends_with_1_where_somebody_is_left_out(course, tmp_path, monkeypatch, capsys):
    fail(course, "s17", "numbers.ipynb is missing.")
    config = f"c = get_config()\nc.CourseDirectory.db_url = {course.db_url!r}\n"
    (tmp_path / "course" / "nbgrader_config.py").write_text(config)
    monkeypatch.chdir(tmp_path)
    roster = saved(tmp_path, MOODLE)
    assert main(["grades", NAME, str(roster), "--course", str(tmp_path / "course")]) == 1
    assert "s17: numbers.ipynb is missing." in capsys.readouterr().out


@pytest.mark.parametrize("most", ["10,00", "10,0", "10.", " 10 "])
def test_the_points_of_the_assignment_are_read(most, tmp_path):
    fill(read_roster(saved(tmp_path, MOODLE.replace("10.00", f'"{most}"'))), {}, 10, NAME)


@pytest.mark.parametrize("most", ["(read only)", "10,000", "nan", "1e1", "-10"])
def test_points_that_are_no_clear_number_are_refused_by_row_and_value(most, tmp_path):
    with pytest.raises(CourseError) as refused:
        fill(read_roster(saved(tmp_path, MOODLE.replace("10.00", f'"{most}"'))), {}, 10, NAME)
    assert "s17" in str(refused.value) and repr(most) in str(refused.value)


def test_points_of_canvas_that_are_no_number_are_refused_by_column(tmp_path):
    with pytest.raises(CourseError, match="Current Score"):
        fill(read_roster(saved(tmp_path, CANVAS)), {}, 10, "Current Score")


def test_a_row_that_ends_early_gets_its_grade(tmp_path):
    text = MOODLE.replace(',"Submitted for grading - ",,10.00,Yes,"Friday, 9 January 2026, 11:59 PM",-,', "")
    header, *rows = fill(read_roster(saved(tmp_path, text)), {"s17": 6.5}, 10, NAME)
    assert rows[0][header.index("Grade")] == "6.5" and len(rows[0]) == len(header)


@pytest.mark.parametrize(
    "text, told",
    [
        ('id,first_name\nada,Ada\n"ben,Ben\nchen,Chen\n', "line 3"),  # nothing closes the quote
        ('id,first_name\nada,Ada\n"ben,Ben\nchen,Chen\n"', "line 3"),
        (f"id,first_name\nada,Ada\n{'b' * 201},Ben\n", "line 3"),
        ("id,first_name\nada,Ada\nbe\x07n,Ben\n", "line 3"),
        (MOODLE.replace("Participant 18", "Participant 17"), "17"),
        (CANVAS.replace("4018", "4017"), "4017"),
    ],
)
def test_a_list_that_would_lose_or_mix_students_is_refused(text, told, tmp_path):
    with pytest.raises(CourseError, match=told):
        read_roster(saved(tmp_path, text))


@pytest.mark.parametrize(
    "name, content",
    [
        (".DS_Store", b"x"),
        ("work.zip", zipped({"__MACOSX/._numbers.ipynb": b""})),
        ("work.zip", zipped({})),
        ("work.zip", zipped({"n" * 256: b"work"})),
        ("work.zip", zipped({FILE: b"work" * 100}).replace(b"workwork", b"WORKwork", 1)),  # damaged
        ("timestamp.txt", b"2020-01-01 00:00:00 UTC"),
    ],
)
def test_an_upload_that_cannot_be_taken_costs_its_owner_alone(name, content, tmp_path):
    done, found = collected(tmp_path, MOODLE, {f"{ADA}/{name}": content, f"{BEN}/{FILE}": b"work"})
    assert list(done.problems) == ["s17"] and list(found) == ["s18"]
    assert not list((tmp_path / "submitted").rglob("*.part"))


def test_what_cannot_be_taken_leaves_what_was_handed_in_before(tmp_path):
    collected(tmp_path, MOODLE, {f"{ADA}/{FILE}": b"before"})
    collected(tmp_path, MOODLE, {f"{ADA}/{'n' * 256}": b"work"})
    assert (tmp_path / "submitted" / "s17" / NAME / FILE).read_bytes() == b"before"


def test_a_numbered_file_does_not_take_the_place_of_the_notebook(tmp_path):
    _, found = collected(tmp_path, MOODLE, {f"{ADA}/{FILE}": b"work", f"{ADA}/numbers-1.ipynb": b"other"})
    assert found["s17"][FILE] == b"work" and found["s17"]["numbers-1.ipynb"] == b"other"


def test_of_two_numbered_files_none_becomes_the_notebook(tmp_path):
    _, found = collected(tmp_path, MOODLE, {f"{ADA}/numbers-1.ipynb": b"1", f"{ADA}/numbers-2.ipynb": b"2"})
    assert FILE not in found["s17"] and {b"1", b"2"} <= set(found["s17"].values())


@pytest.mark.parametrize("old, new", [("numbers", "numbers-1"), ("numbers", "numbers"), ("numbers-1", "numbers")])
def test_canvas_numbers_attachments_and_the_newest_is_taken(old, new, tmp_path):
    files = {f"lovelaceada_4017_100_{old}.ipynb": b"old", f"lovelaceada_4017_99_{old}.ipynb": b"oldest"}
    done, found = collected(tmp_path, CANVAS, files | {f"lovelaceada_4017_200_{new}.ipynb": b"new"})
    assert found["ada"][FILE] == b"new" and sorted(found["ada"].values()) == [b"new", b"old", b"oldest"]
    assert f"lovelaceada_4017_200_{new}.ipynb" in done.doubled["ada"][0]


def test_the_newest_archive_of_canvas_is_taken(tmp_path):
    old, new = zipped({FILE: b"old"}), zipped({f"deep/down/{FILE}": b"new"})
    files = {"lovelaceada_4017_100_all.zip": old, "lovelaceada_4017_200_all.zip": new}
    _, found = collected(tmp_path, CANVAS, files)
    assert found["ada"][FILE] == b"new" and b"old" in found["ada"].values()


def two_downloads(tmp_path, old, new):
    """Collect a folder with two unzipped downloads of Moodle, of which the second is older."""
    for folder, content, seconds in (("a", new, 2e9), ("b", old, 1e9)):
        path = tmp_path / "downloads" / folder / ADA / FILE
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        os.utime(path, (seconds, seconds))
    roster, to = read_roster(saved(tmp_path, MOODLE)), tmp_path / "submitted"
    return collect(tmp_path / "downloads", roster, lambda _: to, {FILE}), to


def test_of_two_downloads_in_one_folder_the_newer_is_taken_and_that_is_told(tmp_path):
    done, folder = two_downloads(tmp_path, b"old", b"new")
    assert (folder / FILE).read_bytes() == b"new" and list(done.doubled) == ["s17"]


def test_the_same_work_in_two_downloads_is_no_news(tmp_path):
    done, folder = two_downloads(tmp_path, b"work", b"work")
    assert done.doubled == {} and len(list(folder.rglob("*.ipynb"))) == 1


def test_a_file_and_a_folder_of_one_name_are_both_kept(tmp_path):
    inner = zipped({"work": b"1", "in/work": b"2", "work/work": b"3", "in/mine/work": b"4"})
    _, found = collected(tmp_path, MOODLE, {f"{ADA}/all.zip": inner})
    assert {b"1", b"2", b"3", b"4"} <= set(found["s17"].values())


@pytest.mark.parametrize(
    "text",
    ["Freitag, 9. Januar 2026, 23:59", "9/01/2026, 11:59 PM", "9.1.2026 23:59", "Friday, 11:59 PM", "9 January", "-"],
)
def test_who_handed_in_without_a_time_that_is_clear_is_named(text, tmp_path):
    roster = MOODLE.replace("Friday, 9 January 2026, 11:59 PM", text)
    done, found = collected(tmp_path, roster, {f"{ADA}/{FILE}": b"work", f"{BEN}/{FILE}": b"work"})
    assert done.untimed == ["s17"] and "timestamp.txt" not in found["s17"]


@pytest.mark.parametrize("text", ["Friday, 9 January 2026, 11:59 PM", "2026-01-09 23:59", "9 Jan 2026, 23:59"])
def test_a_time_that_is_clear_is_read(text, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    roster = MOODLE.replace("Friday, 9 January 2026, 11:59 PM", text)
    _, found = collected(tmp_path, roster, {f"{ADA}/{FILE}": b"work"})
    assert found["s17"]["timestamp.txt"] == b"2026-01-09 23:59:00 UTC"


def test_the_command_names_whose_time_is_not_clear(course, tmp_path, capsys):
    download = tmp_path / "download.zip"
    download.write_bytes(zipped({f"{ADA}/{FILE}": b"work"}))
    worksheet = saved(tmp_path, MOODLE.replace("Friday, 9 January", "Freitag, 9. Januar"))
    assert main(["collect", NAME, str(download), "--roster", str(worksheet), "--course", str(course.root)]) == 1
    assert "s17" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["timestamp.txt", "work/timestamp.txt"])
def test_no_student_says_when_the_work_came(name, tmp_path):
    inner = zipped({FILE: b"work", name: b"2020-01-01 00:00:00 UTC"})
    _, found = collected(tmp_path, CANVAS, {"lovelaceada_4017_9001_all.zip": inner})
    assert found["ada"] == {FILE: b"work"}


@pytest.mark.parametrize("inner", ["BEN_18_assignsubmission_file_work.ipynb", "x_18_assignsubmission_file/work.ipynb"])
def test_no_student_names_a_file_so_that_it_is_anothers(inner, tmp_path):
    done, found = collected(tmp_path, MOODLE, {f"{ADA}/{inner}": b"work"})
    assert list(found) == ["s17"] and not done.strays


def test_what_a_killed_collect_left_is_put_back(tmp_path):
    folder = tmp_path / "work"
    folder.with_name(".work.old").mkdir()
    (folder.with_name(".work.old") / FILE).write_bytes(b"old")
    with pytest.raises(CourseError):
        _write(folder, {"a\0b": b""}, "")
    assert (folder / FILE).read_bytes() == b"old"


def test_many_points_are_written_as_digits():
    assert [_number(n) for n in (1234574, 12345.25, 10, 0.5, 0)] == ["1234574", "12345.25", "10", "0.5", "0"]


def test_an_archive_is_opened_whatever_the_case_of_its_name(tmp_path):
    _, found = collected(tmp_path, CANVAS, {"lovelaceada_4017_9001_WORK.ZIP": zipped({FILE: b"work"})})
    assert found["ada"] == {FILE: b"work"}


def test_an_empty_download_is_a_problem(tmp_path):
    done, _ = collected(tmp_path, MOODLE, {})
    assert list(done.problems) == ["download.zip"]


def test_who_has_no_autograded_notebook_any_more_gets_no_grade(course, tmp_path):
    path = next(Path(course.root).glob(f"autograded/s17/{NAME}/*.ipynb"))
    path.unlink()
    done, _ = graded(course, tmp_path, MOODLE)
    assert "s17" in done.failed and "s17" not in done.points


def test_two_notebooks_that_differ_by_a_number_are_two():
    assert _handed_out("part-1.ipynb", {"part.ipynb", "part-1.ipynb"}) == "part-1.ipynb"
    assert _handed_out("part-2.ipynb", {"part.ipynb", "part-1.ipynb"}) == "part.ipynb"


def test_what_was_handed_in_before_stays_where_the_new_cannot_be_put(tmp_path, monkeypatch):
    folder = tmp_path / "ada" / NAME
    _write(folder, {FILE: b"old"}, "")
    monkeypatch.setattr(Path, "rename", lambda path, target: raise_for(path, target))
    with pytest.raises(KeyboardInterrupt):
        _write(folder, {FILE: b"new"}, "")
    assert (folder / FILE).read_bytes() == b"old"


def raise_for(path, target):
    if path.name.endswith(".part"):
        raise KeyboardInterrupt
    os.rename(path, target)
