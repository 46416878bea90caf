"""A class may mix languages: each hears its own, and all get the same points from the same tests."""

import json
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_notebook
from test_run_feedback import page, write
from tiny import DOUBLE, HELPER, NAME, NOTEBOOK, WRONG, TinyCourse, gradebook_of, scores_of, source

from grading import languages
from grading.__main__ import main
from grading.course import CourseError
from grading.marks import read_marks
from grading.pages.classwork import read_work
from grading.run.rebuild import rebuild

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy
LANGUAGE = "fa"  # its folder is made up here
SPOKEN = HELPER.replace("got {result}, expected {right}", "Μάλλον: {result} αντί {right}")
WORDS = {
    "direction": "rtl",
    "page": {"points_of": "{points} από {most}", "likely_reason": "Μάλλον: {reason}"},
    "notices": {"The cell {cell} was missing. It was put back.": "Έλειπε: {cell}"},
    "checks": {"small": "μικρά"},
    "places": {},
    "hints": {"1 αντί 2": "1 in place of 2"},
}


def speak(course, words=WORDS, helper=SPOKEN):
    """Give a course the made-up language."""
    folder = course.folder / "languages" / LANGUAGE
    (folder / NAME).mkdir(parents=True, exist_ok=True)
    (folder / languages.FILE).write_text(json.dumps(words), encoding="utf-8")
    (folder / NAME / "helper.py").write_text(helper, encoding="utf-8")
    return folder / NAME


def hand_in(course, student, language=LANGUAGE, double=WRONG, leave_out=()):
    """Hand in a notebook that says it is in a language."""
    path = course.hand_in(student, double=double) / f"{NOTEBOOK}.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"]["lang"] = language
    notebook["cells"] = [c for c in notebook["cells"] if c["metadata"]["nbgrader"]["grade_id"] not in leave_out]
    path.write_text(json.dumps(notebook))


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course where ada works in English, and ben and chen in the made-up language."""
    course = TinyCourse(tmp_path_factory.mktemp("graded"))
    speak(course)
    course.hand_in("ada", double=WRONG)
    hand_in(course, "ben", leave_out=["test-double-large"])
    hand_in(course, "chen", double=DOUBLE)
    course.grade_here()
    return course


@pytest.fixture
def course(graded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return graded.copy(tmp_path / "course")


def said(course, student):
    return [o.evalue for c in course.autograded(student).cells for o in c.get("outputs", []) if "evalue" in o][0]


def shown(course, student):
    assert write(course) == 0
    return BeautifulSoup(page(course, student).read_text(encoding="utf-8"), "html.parser")


def test_the_checks_speak_the_language_of_the_notebook(course):
    assert (said(course, "ada"), said(course, "ben")) == ("got 1, expected 2", "Μάλλον: 1 αντί 2")


def test_the_points_are_the_same_in_each_language(course):
    assert scores_of(course) == {"ada": 1, "ben": 1, "chen": 6}


def test_the_page_speaks_the_language_and_runs_in_its_direction(course):
    found = shown(course, "ben")
    assert (found.html["lang"], found.html["dir"]) == (LANGUAGE, "rtl")
    assert found.select_one(".total").get_text() == "1 από 10"
    assert "Έλειπε: test-double-large" in found.select_one(".note").get_text()
    assert "μικρά" in found.select_one(".check").get_text()
    assert "1 αντί 2" in found.select_one(".hint").get_text()


def test_a_page_in_english_stays_as_it_is(course):
    found = shown(course, "ada")
    assert (found.html["lang"], found.html["dir"]) == ("en", "ltr")
    assert found.select_one(".total").get_text() == "1 of 10 points"


def test_what_has_no_words_is_in_english_and_says_so(course):
    speak(course, WORDS | {"notices": {}})
    note = shown(course, "ben").select_one(".note li")
    assert (note["lang"], note["dir"]) == ("en", "ltr")


@pytest.mark.parametrize("language", ["de", "../fa", ".", "", ["fa"], {"fa": 1}, 5, None])
def test_only_a_language_of_the_course_counts(language):
    notebook = json.dumps({"metadata": {"lang": language}}).encode()
    assert languages.language_of(notebook, ["fa", "te"]) == ""


@pytest.mark.parametrize("content", [b'"lang"', b"\xff" + b'"lang"', b'{"lang":' * 100_000, b'["lang"]', b""])
def test_what_is_no_notebook_has_no_language(content):
    assert languages.language_of(content, ["fa"]) == ""


def test_a_new_translation_grades_again_those_who_read_it(course):
    speak(course, helper=SPOKEN.replace("αντί", "ἀντί"))
    reports = course.grade_here()
    assert {name: report.status for name, report in reports.items()} == {
        "ada": "unchanged",
        "ben": "graded",
        "chen": "graded",
    }


def test_nobody_is_graded_where_the_helpers_of_a_language_are_broken(course):
    (course.folder / "languages" / LANGUAGE / NAME / "helper.py").write_text("def expect(")
    with pytest.raises(CourseError, match=LANGUAGE):
        course.grade_here()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"page": {}, "pages": {}}'])
def test_words_that_cannot_be_read_are_named(text, course, capsys):
    (course.folder / "languages" / LANGUAGE / languages.FILE).write_text(text)
    command = ["feedback", NAME, "--workers", "1", "--course", str(course.folder)]
    assert main(command) == 1
    told = capsys.readouterr().out
    assert f"{LANGUAGE}/{languages.FILE}" in told and "ada" not in told


def test_a_translated_notebook_must_hold_the_same_tests(course):
    folder, notebook = speak(course), source()
    for cell in notebook.cells:
        cell.source = cell.source.replace("1400", "1401")
    nbformat.write(notebook, folder / f"{NOTEBOOK}.ipynb")
    with pytest.raises(CourseError, match="graded cells"):
        course.grade_here()


def test_an_untouched_notebook_is_known_in_its_language(course):
    folder, notebook = speak(course), source()
    for cell in notebook.cells:
        cell.source = cell.source.replace("### BEGIN SOLUTION", "# Διπλάσιο\n### BEGIN SOLUTION")
    nbformat.write(notebook, folder / f"{NOTEBOOK}.ipynb")
    hand_in(course, "ben", double="# Διπλάσιο\n# YOUR CODE HERE\nraise NotImplementedError()")
    course.grade_here()
    assert shown(course, "ben").select_one("tbody .mend").get_text(strip=True) == "Not answered."


def test_a_class_report_counts_a_hint_as_the_same_mistake_in_each_language(course):
    with gradebook_of(course) as gradebook:
        marks = read_marks(gradebook, NAME)["ben", NOTEBOOK]
    path = course.folder / "autograded" / "ben" / NAME / f"{NOTEBOOK}.ipynb"
    work = read_work("ben", path, marks, course.folder / "languages")
    assert [(exercise, hint) for exercise, _, hint in work.mistakes] == [("double", "1 in place of 2")]
    assert set(work.checks.values()) >= {("double", "small"), ("triple", "small")}


def test_the_notices_of_words_json_are_what_grading_says():
    own = json.loads(Path(languages.__file__).with_name(languages.FILE).read_text(encoding="utf-8"))["notices"]
    words = languages.Words(notices=dict(zip(own, own, strict=True)))
    instructors = nbformat.writes(source()).encode()
    cells = [cell for cell in source().cells if cell.metadata.nbgrader.grade_id != "test-double-small"]
    changed = new_notebook(cells=[cell for cell in cells if cell.metadata.nbgrader.grade_id != "triple"])
    _, notices, _ = rebuild(instructors, nbformat.writes(changed).encode())
    assert len(notices) == 2 and all(map(words.notice, notices))
