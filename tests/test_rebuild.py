"""What is graded of a notebook: the answers and cells that the student's own kernel would have had."""

import copy
import json
from contextlib import suppress

import nbformat
import pytest
from engine_course import cell, submission, template
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import determine_grade, is_grade

from grading.run.cells import is_test
from grading.run.rebuild import has_work, rebuild
from grading.run.template import with_sources
from tools.notebooks import grade_id

SEVEN, EIGHT = "def double(x):\n    return 7\n", "def double(x):\n    return 8\n"


def bytes_of(notebook):
    return json.dumps(notebook).encode()


def rebuilt(notebook, source=None):
    """Return ``(notebook, notices, failed)`` of a submission."""
    return rebuild(nbformat.writes(source or template()).encode(), bytes_of(notebook))


def seen(notebook, name="double", test="test-double"):
    """Return what ``name(1)`` gives where a test stands, when the notebook runs from top to bottom."""
    official, _, failed = rebuilt(notebook)
    assert not failed
    namespace = {}
    for found in official.cells:
        if grade_id(found) == test:
            return namespace[name](1) if name in namespace else None
        if found.cell_type == "code" and not is_test(found) and grade_id(found) != "setup":
            with suppress(Exception):
                exec(found.source, namespace)


def place(notebook, key):
    return next(n for n, c in enumerate(notebook.cells) if grade_id(c) == key)


def own(source):
    return new_code_cell(source, id=f"own-{hash(source)}")


def without(key):
    """Return ``(a submission without a cell, where the cell stood)``."""
    notebook = submission()
    where = place(notebook, key)
    del notebook.cells[where]
    return notebook, where


def nameless(notebook):
    """Take out what nbgrader keeps in the cells, and their ids: as when all are pasted into a new notebook."""
    for number, found in enumerate(notebook.cells):
        found.metadata, found.id = {}, f"new-{number}"
    return notebook


def notices(notebook):
    return " ".join(rebuilt(notebook)[1])


# An answer whose own cell is missing


def test_an_answer_in_a_new_cell_counts_where_its_own_is_missing():
    notebook, where = without("double")
    notebook.cells.insert(where, own(SEVEN))
    assert seen(notebook) == 7
    assert "double" in notices(notebook) and "not answered" not in notices(notebook)


def test_an_answer_at_the_end_counts_where_its_own_cell_is_missing():
    notebook, _ = without("double")
    notebook.cells += [own(SEVEN), own(EIGHT)]
    assert seen(notebook) == 8


def test_an_answer_above_its_place_stays_there_so_that_later_cells_may_change_it():
    notebook, where = without("double")
    notebook.cells[where:where] = [own(SEVEN), own(EIGHT)]
    assert seen(notebook) == 8


def test_nothing_stands_in_the_place_of_a_missing_answer():
    notebook, where = without("double")
    notebook.cells.insert(where, own("from math import factorial as double"))
    assert seen(notebook) == 1


def test_an_answer_that_was_merged_into_another_one_counts():
    notebook, _ = without("double")
    notebook.cells[place(notebook, "total")].source += "\n" + SEVEN
    notebook.cells.insert(place(notebook, "setup") + 1, notebook.cells.pop(place(notebook, "total")))
    assert "not answered" not in notices(notebook)


def test_an_answer_that_was_merged_into_a_test_counts_and_the_test_is_put_back():
    notebook, _ = without("total")
    merged = notebook.cells[place(notebook, "test-double")]
    merged.source = "def total(x):\n    return 5\n" + merged.source
    assert seen(notebook, "total", "test-total") == 5
    official = rebuilt(notebook)[0]
    assert "def total" not in official.cells[place(official, "test-double")].source


def test_a_changed_test_that_defines_no_answer_is_replaced():
    notebook = submission()
    notebook.cells[place(notebook, "test-double")].source = "check = None"
    assert "check = None" not in [c.source for c in rebuilt(notebook)[0].cells]


# Copies


def with_copy(key, source, where):
    """Return a submission with one more cell of a grade id."""
    notebook = submission()
    notebook.cells.insert(place(notebook, where), cell(source, key, solution=True))
    return notebook


def test_a_copy_above_the_test_counts_and_is_named():
    notebook = with_copy("double", SEVEN, "test-double")
    assert seen(notebook) == 7
    assert "second copy counts" in notices(notebook)


def test_a_copy_below_the_test_does_not_count():
    notebook = with_copy("double", SEVEN, "test-grow")
    assert seen(notebook) == 2
    assert "first copy counts" in notices(notebook)


def test_a_copy_that_defines_nothing_does_not_count():
    notebook = with_copy("double", "print('here it was')", "test-double")
    assert seen(notebook) == 2
    assert "first copy counts" in notices(notebook)


def test_of_three_copies_the_last_one_above_the_test_counts():
    notebook = with_copy("double", SEVEN, "test-double")
    notebook.cells.insert(place(notebook, "test-double"), cell(EIGHT, "double", solution=True))
    notebook.cells.append(cell(SEVEN, "double", solution=True))
    assert seen(notebook) == 8
    assert "third copy counts" in notices(notebook)


def test_copies_that_count_for_different_tests_are_both_named():
    source = template()
    source.cells.append(cell("assert double(1) == 2", "test-double-again", grade=True, locked=True, points=1))
    notebook = submission()
    notebook.cells.append(cell(SEVEN, "double", solution=True))
    notebook.cells.append(copy.deepcopy(source.cells[-1]))
    (told,) = rebuilt(notebook, source)[1]
    assert "first copy counts for test-double" in told and "second copy counts for test-double-again" in told


# Cells that have lost their names


def test_a_notebook_without_names_is_matched_by_what_its_cells_are():
    notebook = nameless(submission({"double": SEVEN}))
    assert seen(notebook) == 7
    assert len(rebuilt(notebook)[1]) == 1


def test_a_notebook_without_names_that_lacks_an_answer_is_not_guessed_at():
    notebook = submission({"double": "print(1)"})
    assert "double" in rebuilt(nameless(notebook))[2]


def test_an_untouched_answer_without_a_name_is_matched_by_what_was_handed_out():
    stub = next(c.source for c in rebuilt(submission())[0].cells if grade_id(c) == "double")
    source = with_sources(template(), {"double": "# write it here"}, {"double": "# write it here"})
    assert stub != "# write it here"
    notebook = nameless(submission({"double": "# write it here"}))
    assert rebuilt(notebook, source)[2] == ""


def test_a_cell_that_was_renamed_since_is_found_by_its_cell_id():
    notebook = submission({"double": SEVEN})
    found = notebook.cells[place(notebook, "double")]
    found.metadata.nbgrader.grade_id = "twice"
    assert seen(notebook) == 7 and notices(notebook) == ""


@pytest.mark.parametrize("cells", [[], [new_markdown_cell("My essay", id="a"), new_code_cell("1 + 1", id="b")]])
def test_a_notebook_with_no_cell_of_the_assignment_is_no_work_on_it(cells):
    notebook = submission()
    notebook.cells = cells
    assert "none of the cells" in rebuilt(notebook)[2]


# Answers that a person grades


def by_hand():
    """Return a template with an answer in words."""
    source = template()
    flags = {"schema_version": 3, "grade": True, "solution": True, "locked": False, "task": False, "points": 4}
    source.cells.append(new_markdown_cell("Why?", id="why", metadata={"nbgrader": flags | {"grade_id": "why"}}))
    return with_sources(source, {"why": "Why?"}, {"why": "Why?"})


def words(change):
    """Return the rebuilt cell of the answer in words after a change to a submission's list of cells."""
    notebook = submission()
    notebook.cells.append(by_hand().cells[-1])
    change(notebook.cells)
    return next(c for c in rebuilt(notebook, by_hand())[0].cells if grade_id(c) == "why")


def test_a_missing_answer_in_words_does_not_pass_for_an_untouched_one():
    assert words(lambda cells: cells.pop()).source != words(lambda cells: None).source


def test_of_two_answers_in_words_the_one_that_was_changed_is_graded():
    def repeat(cells):
        cells.append(copy.deepcopy(cells[-1]))
        cells[-1].source = "Because."

    assert words(repeat).source == "Because."


def test_an_answer_in_words_below_an_untouched_one_is_left_to_a_person():
    def write_below(cells):
        cells.append(new_markdown_cell("Because.", id="below"))

    assert determine_grade(words(write_below))[0] is None
    assert determine_grade(words(lambda cells: None))[0] == 0


# Work


def test_an_untouched_notebook_has_no_work():
    source = template()
    official = rebuild(nbformat.writes(source).encode(), b"")[0]
    for found in official.cells:
        if is_grade(found):
            found.source = found.source.partition("### BEGIN HIDDEN")[0].rstrip()
    assert not has_work(nbformat.writes(source).encode(), bytes_of(official))
    official.cells.append(own("1 + 1"))
    assert has_work(nbformat.writes(source).encode(), bytes_of(official))


def test_a_notebook_with_more_cells_than_are_read_is_refused():
    notebook = submission()
    notebook.cells += [own(f"x = {n}") for n in range(2000)]
    assert "more than 2000 cells" in rebuilt(notebook)[2]


# The course's own marks


def test_the_stubs_of_the_course_stand_in_the_place_of_solutions():
    """A course may mark solutions in its own way: nbgrader's default would leave them in."""
    source = with_sources(template(), {"double": "# write it here"}, {"double": "# write it here"})
    official = rebuild(nbformat.writes(source).encode(), b"")[0]
    assert next(c.source for c in official.cells if grade_id(c) == "double") == "# write it here"
