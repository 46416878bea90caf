"""Worked solutions: complete, not in sight, and open when an exercise is done or was tried often enough."""

import importlib.util
import json
import re

import pytest

from tools import student, worked
from tools.notebooks import (
    RELEASE,
    answer_name,
    assignments,
    grade_cells,
    graded_names,
    load,
    owner,
    reference_answers,
    solution_cells,
    visible,
)

ASSIGNMENT = "01-loss-functions"


@pytest.fixture(scope="module")
def layouts(tmp_path_factory):
    """A student's folder without worked solutions, and one with them."""
    folders = tmp_path_factory.mktemp("without"), tmp_path_factory.mktemp("with")
    for folder, solutions in zip(folders, (False, True), strict=True):
        student.lay_out(folder, solutions)
    return folders


@pytest.fixture
def folder(tmp_path):
    student.lay_out(tmp_path, solutions=True)
    return tmp_path


def load_progress(folder, place, monkeypatch):
    """Return progress.py as a notebook in ``folder / place`` imports it, and the list of what it shows."""
    spec = importlib.util.spec_from_file_location("progress_of_a_test", folder / place / "progress.py")
    progress, shown = importlib.util.module_from_spec(spec), []
    spec.loader.exec_module(progress)
    monkeypatch.setattr(progress, "display", lambda markdown: shown.append(markdown.data))
    return progress, shown


@pytest.fixture
def progress(folder, monkeypatch):
    """progress.py in the assignment; ``progress.says(name)``: what ``solution`` shows."""
    progress, shown = load_progress(folder, ASSIGNMENT, monkeypatch)
    progress.says = lambda *given: (progress.solution(*given), shown[-1])[1]
    return progress


def checks_of(name):
    """Return the sources of an exercise's checks, as students have them."""
    notebook = load(ASSIGNMENT, RELEASE)
    solutions = solution_cells(notebook)
    cells = grade_cells(notebook).items()
    return [cell.source for key, cell in cells if answer_name(solutions[owner(key, solutions)]) == name]


def is_open(text):
    return "np.exp(Z - np.max(Z, axis=1, keepdims=True))" in text


# What is packed


@pytest.mark.parametrize("assignment", assignments())
def test_every_exercise_is_explained_and_no_other(assignment):
    quiz = {name for name, row in worked.read(assignment).items() if "letter" in row}
    assert worked.explanations(assignment).keys() == worked.read(assignment).keys() - quiz
    assert set(graded_names(load(assignment))) <= worked.explanations(assignment).keys()


@pytest.mark.parametrize("assignment", assignments())
def test_every_quiz_question_has_its_letter_and_a_reason(assignment):
    rows, answers = worked.read(assignment), reference_answers(assignment)
    letters = {key: re.search('return "(.)"', source)[1] for key, source in answers.items() if key.startswith("quiz-")}
    assert len(letters) == 5
    for key, letter in letters.items():
        row = rows[key.replace("-", "_")]
        assert row["letter"] == letter and len(row["why"].split()) > 5


@pytest.mark.parametrize("assignment", assignments())
def test_a_solution_is_the_answer_without_marks(assignment):
    for row in worked.read(assignment).values():
        if "code" in row:
            assert "###" not in row["code"]
            compile(row["code"], "solution", "exec")


# Where it is


def test_only_the_packed_files_are_added_to_a_students_folder(layouts):
    without, complete = ({p.relative_to(f).as_posix() for p in f.rglob("*")} for f in layouts)
    assert complete - without == {f"{a}/{worked.FILE}" for a in assignments()} and without <= complete


@pytest.mark.parametrize("assignment", assignments())
def test_nothing_of_a_solution_can_be_read_in_its_packed_form(assignment):
    packed = worked.pack(assignment)
    texts = [text for row in worked.read(assignment).values() for text in row.values()]
    words = {word.encode() for text in texts for word in re.findall(r"\w{5,}", text)}
    assert len(words) > 50 and not [word for word in words if word in packed]


def test_a_released_folder_holds_no_worked_solutions():
    assert not list(RELEASE.rglob(worked.FILE)) + list(RELEASE.rglob("worked.md"))


def test_solutions_that_were_there_go_when_the_folder_is_laid_out_without_them(folder):
    student.lay_out(folder)
    assert not list(folder.rglob(worked.FILE))


# How it opens


def test_a_solution_is_closed_at_first(progress):
    assert not is_open(progress.says("softmax"))


def test_a_solution_opens_when_all_checks_of_the_exercise_have_passed(progress):
    first, *others = checks_of("softmax")
    progress.note(first, True)
    assert others and not is_open(progress.says("softmax")) and not progress.offer(first)
    for check in others:
        progress.note(check, True)
    assert is_open(progress.says("softmax")) and worked.explanations(ASSIGNMENT)["softmax"] in progress.says("softmax")
    assert 'progress.solution("softmax")' in progress.offer(first)


def test_a_solution_opens_after_three_different_wrong_answers_to_one_check(progress):
    check = checks_of("softmax")[0]
    for wrong in ("one", "one", "one", "two", "two"):
        progress.note(check, False, wrong)
        assert not is_open(progress.says("softmax"))
    progress.note(check, False, "three")
    assert is_open(progress.says("softmax"))


def test_one_wrong_answer_that_fails_every_check_is_one_try(progress):
    for number, check in enumerate(checks_of("softmax") + checks_of("sigmoid")):
        progress.note(check, False, f"message {number}")
    assert "So far there are 1." in progress.says("softmax")


@pytest.mark.parametrize(("letter", "right"), [("b", True), ("c", False)])
def test_a_quiz_answer_is_judged_once_a_letter_is_given(progress, letter, right):
    reason, (check,) = worked.read(ASSIGNMENT)["quiz_1"]["why"], checks_of("quiz_1")
    assert reason not in progress.says("quiz_1")
    progress.note(check, True, letter=letter)
    assert reason in progress.says("quiz_1") and ("not right" not in progress.says("quiz_1")) is right


def test_without_packed_solutions_nothing_opens(progress, folder):
    student.lay_out(folder)
    for check in checks_of("softmax"):
        progress.note(check, True)
        assert not progress.offer(check)
    assert not is_open(progress.says("softmax"))


def test_a_name_that_is_no_exercise_is_said(progress):
    assert "softmaxx" in progress.says("softmaxx")


def test_the_page_lists_what_can_be_opened_and_opens_it(progress, folder, monkeypatch):
    page, shown = load_progress(folder, "lessons", monkeypatch)
    page.show()
    assert "progress.solution" not in "\n".join(shown)
    for check in checks_of("softmax") + checks_of("quiz_1"):
        progress.note(check, True, letter="b")
    page.show()
    assert f'progress.solution("softmax", "{ASSIGNMENT}")' in "\n".join(shown)
    page.solution("softmax")
    assert is_open(shown[-1])
    page.solution("quiz_1")  # every assignment has one
    assert ASSIGNMENT in shown[-1]
    page.solution("quiz_1", ASSIGNMENT)
    assert worked.read(ASSIGNMENT)["quiz_1"]["why"] in shown[-1]


def test_the_keys_of_the_checks_are_those_of_the_handed_out_notebook(progress):
    points = json.loads((RELEASE / ASSIGNMENT / "points.json").read_text(encoding="utf-8"))
    assert {progress.key(visible(cell.source)) for cell in grade_cells(load(ASSIGNMENT)).values()} == points.keys()
