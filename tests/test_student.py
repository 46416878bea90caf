"""What a student gets: a folder with a start page, lessons and assignments, and nothing for teachers."""

import re

import nbformat
import pytest

from tools import student
from tools.notebooks import assignments, load, notebook_path, reference_answers, solution_cells

FIRST, SECOND = assignments()[:2]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.fixture
def folder(tmp_path):
    student.lay_out(tmp_path)
    return tmp_path


def write_answers(folder, assignment, names):
    """Put the reference's answers into the student's notebook."""
    path = notebook_path(assignment, folder)
    notebook = nbformat.read(path, as_version=4)
    for key, cell in solution_cells(notebook).items():
        cell.source = reference_answers(assignment)[key] if key in names else cell.source
    nbformat.write(notebook, path)


def next_step(folder):
    """Return where the first links of the start page lead."""
    return LINK.findall(student.start_page(folder))


def test_every_link_leads_to_a_file_of_the_folder(folder):
    pages = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.md")}
    for path in folder.rglob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        pages[path] = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    links = [(path, link) for path, text in pages.items() for link in LINK.findall(text)]
    assert [(path.name, link) for path, link in links if not (path.parent / link).exists()] == []


def test_the_start_page_leads_to_every_lesson_and_assignment(folder):
    links = set(LINK.findall((folder / student.START).read_text(encoding="utf-8")))
    assert links >= {p.relative_to(folder).as_posix() for p in folder.rglob("*.ipynb")}


@pytest.mark.parametrize("assignment", assignments()[:4])
def test_a_lesson_leads_to_its_assignment_and_back(folder, assignment):
    lesson, work = folder / "lessons" / f"{assignment}.ipynb", notebook_path(assignment, folder)
    last, first = nbformat.read(lesson, as_version=4).cells[-1], nbformat.read(work, as_version=4).cells[0]
    assert f"../{assignment}/{work.name}" in LINK.findall(last.source)
    assert f"../lessons/{lesson.name}" in LINK.findall(first.source)


def test_nothing_for_teachers_is_in_the_folder(folder):
    assert {p.name for p in folder.iterdir()} == {student.START, "lessons", *assignments()}
    assert not [p for p in folder.rglob("*.ipynb") if "BEGIN HIDDEN" in p.read_text(encoding="utf-8")]


def test_the_work_of_a_student_stays_and_the_helpers_are_renewed(folder):
    work, helper = notebook_path(FIRST, folder), folder / FIRST / "checks.py"
    for path in (work, helper):
        path.write_text("mine", encoding="utf-8")
    student.lay_out(folder)
    assert work.read_text(encoding="utf-8") == "mine" and helper.read_text(encoding="utf-8") != "mine"


def test_a_beginner_is_sent_to_the_first_lesson(folder):
    assert next_step(folder)[0] == f"lessons/{FIRST}.ipynb"


def test_who_has_begun_is_sent_back_to_that_assignment(folder):
    write_answers(folder, FIRST, {"softmax"})
    assert next_step(folder)[0] == notebook_path(FIRST, folder).relative_to(folder).as_posix()
    assert f"1 of {len(solution_cells(load(FIRST)))}" in student.start_page(folder)


def test_who_has_written_all_answers_is_sent_to_the_next_lesson(folder):
    write_answers(folder, FIRST, set(reference_answers(FIRST)))
    assert next_step(folder)[0] == f"lessons/{SECOND}.ipynb"


def test_a_notebook_that_cannot_be_read_does_not_stop_the_start_page(folder):
    notebook_path(FIRST, folder).write_text("{", encoding="utf-8")
    assert next_step(folder)[0] == f"lessons/{FIRST}.ipynb"
