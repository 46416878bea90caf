"""What stands on a student's feedback page, from handmade notebooks and marks."""

import base64

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import compute_checksum

from grading.marks import Mark, Marks
from grading.pages.page import FeedbackPage, render
from tools.notebooks import LESSONS, assignments, grade_id, load

NAMES = {"student": "ada", "assignment": "week-1", "notebook": "numbers"}
STUB = 'def double(x):\n    """Return 2 x.\n\n    x: a number\n    """\n    raise NotImplementedError()'
ANSWER = STUB.replace("raise NotImplementedError()", "return x + x + 1")
TRIPLE = "def triple(x):\n    return 3 * x"
MESSAGE = "double: the result has the wrong value.\nLikely reason: You add 1. Leave it out.\nGot          3"
HIDDEN = "### BEGIN HIDDEN TESTS\nexpect(double(700), 1400)\n### END HIDDEN TESTS"
PIXEL = base64.b64encode(b"\x89PNG").decode()
SCHEME = "Why?\n\n### BEGIN MARK SCHEME\nOne point for *reasons*.\n### END MARK SCHEME"
KINDS = {
    "answer": {"solution": True},
    "test": {"grade": True, "locked": True},
    "written": {"grade": True, "solution": True},
    "text": {"locked": True},
    "task": {"task": True, "locked": True},
}


def cell(name, kind, source, outputs=(), stub=None, code=True, **metadata):
    """Return a cell of nbgrader's, as autograding leaves it; ``stub``: what was handed out."""
    flags = {"grade": False, "solution": False, "locked": False, "task": False} | KINDS[kind]
    metadata["nbgrader"] = flags | {"grade_id": name, "points": 1, "schema_version": 3}
    made = new_code_cell(stub or "", metadata=metadata) if code else new_markdown_cell(stub or "", metadata=metadata)
    made.metadata.nbgrader.checksum = compute_checksum(made)
    made.source = source
    if code:
        made.outputs = list(outputs)
    return made


def failure(message=MESSAGE, kind="CheckFailed"):
    lines = message.split("\n") if kind == "CheckFailed" else ["/srv/course/grading/judge.py"]
    return new_output("error", ename=kind, evalue=message, traceback=lines)


def course():
    """Return the cells of a notebook where ``double`` is wrong and ``triple`` right."""
    return [
        cell("double", "answer", ANSWER, stub=STUB, lesson="lesson-1.ipynb#2. Two times"),
        cell("test-double-values", "test", f"expect(double(1), 2)\n{HIDDEN}", [failure()]),
        cell("test-double-shapes", "test", "expect(double([1]), [2])"),
        cell("triple", "answer", TRIPLE),
        cell("test-triple-values", "test", "expect(triple(2), 6)"),
    ]


POINTS = {"test-double-values": (0, 2), "test-double-shapes": (3, 3), "test-triple-values": (4, 4)}


def page(cells, points=None, comments=None, penalty=0.0, waiting=(), metadata=None, **settings):
    """Return the page as BeautifulSoup; points: ``{grade id: (points, most)}``."""
    points = POINTS if points is None else points
    marks = {name: Mark(got, most, name in waiting) for name, (got, most) in points.items()}
    notebook = new_notebook(cells=cells, metadata={"grading": metadata or {}})
    html = render(notebook, Marks(marks, comments or {}, penalty), NAMES, FeedbackPage(**settings))
    return BeautifulSoup(html, "html.parser")


def rows(shown):
    """Return the table's rows as lists of texts."""
    return [[c.get_text(" ", strip=True) for c in row.select("th, td")] for row in shown.select("tbody tr")]


def text(element):
    return element.get_text(" ", strip=True)


def test_a_row_for_each_exercise_those_with_lost_points_first():
    shown = page([*course()[3:], *course()[:3]])
    assert [row[:3] for row in rows(shown)] == [["double", "3 /5", "shapes"], ["triple", "4 /4", "all of it"]]


def test_the_row_names_the_mistake():
    assert "You add 1" in rows(page(course()))[0][3]


def test_without_a_hint_the_row_says_what_was_wrong():
    cells = course()
    cells[1].outputs = [failure("double: the result is None.\nGot None")]
    assert rows(page(cells))[0][3].startswith("The result is None.")


def test_the_total_is_at_the_top():
    assert text(page(course()).select_one("header .total")) == "7 of 9 points"


def test_a_penalty_is_taken_off_and_told():
    shown = page(course(), penalty=1.5)
    assert text(shown.select_one(".total b")) == "5.5"
    assert "1.5 points" in text(shown.select_one(".note"))


def test_a_penalty_leaves_no_total_below_zero():
    assert text(page(course(), penalty=100).select_one(".total b")) == "0"


def test_the_row_leads_to_the_code_the_message_and_the_hint():
    shown = page(course())
    target = shown.select_one("tbody a")["href"].removeprefix("#")
    part = shown.find(id=target)
    assert "return x + x + 1" in part.get_text()
    assert "the wrong value" in text(part) and "Got          3" in part.get_text()
    assert "You add 1. Leave it out." in text(part.select_one(".hint"))


def test_what_was_right_is_folded():
    shown = page(course())
    assert shown.find(id=shown.select("tbody a")[1]["href"][1:]).find_parent("details") is not None
    assert shown.find(id=shown.select("tbody a")[0]["href"][1:]).find_parent("details") is None


def test_no_test_and_no_path_is_shown():
    shown = str(page(course()))
    assert "expect(" not in shown and "HIDDEN" not in shown and "700" not in shown and "/srv/course" not in shown


@pytest.mark.parametrize("text", ["/srv/course/submitted/ada/data.csv", "'/tmp/engine-1x/data.csv'"])
def test_a_path_in_a_message_or_an_output_is_cut_to_its_file(text):
    cells = course()
    cells[0].outputs = [new_output("stream", text=f"cannot open {text}")]
    cells[1].outputs = [failure(f"double: no file {text}")]
    shown = str(page(cells))
    assert "data.csv" in shown and "/srv" not in shown and "/tmp" not in shown


def test_a_url_and_a_fraction_are_no_paths():
    cells = course()
    cells[1].outputs = [failure("see https://example.org/a/b/c and a/b/c/d")]
    assert "https://example.org/a/b/c and a/b/c/d" in text(page(cells))


def test_an_error_of_another_kind_is_named():
    cells = course()
    cells[1].outputs = [failure("'x'", "KeyError")]
    assert "KeyError: 'x'" in rows(page(cells))[0][3]


def test_an_answer_that_does_not_run_is_the_mistake():
    cells = course()
    cells[0].outputs = [failure("expected ':' (<ipython-input-0-4e460edaa960>, line 1)", "SyntaxError")]
    cells[1].outputs = [failure("name 'double' is not defined", "NameError")]
    assert rows(page(cells))[0][3].startswith("SyntaxError: expected ':' (line 1)")


def test_what_several_checks_say_is_said_once():
    cells = course()
    cells[2].outputs = [failure()]
    shown = page(cells, POINTS | {"test-double-shapes": (0, 3)})
    assert shown.get_text().count("has the wrong value") == 1
    assert "−5 values, shapes:" in text(shown)


def test_an_answer_that_was_not_touched_is_not_shown():
    cells = course()
    cells[0] = cell("double", "answer", STUB, stub=STUB)
    shown = page(cells, POINTS | {"test-double-shapes": (0, 3)})
    assert "Not answered" in rows(shown)[0][3]
    assert "NotImplementedError" not in shown.get_text()


def test_an_answer_in_another_cell_than_was_asked_for_is_shown():
    cells = course()
    cells[0].source = "# This cell was missing."
    cells.insert(1, new_code_cell("def double(x):\n    return x + x + 1"))
    shown = page(cells)
    assert "return x + x + 1" in shown.find(id=shown.select_one("tbody a")["href"][1:]).get_text()


def test_the_text_of_the_exercise_is_not_repeated():
    shown = page([new_markdown_cell("## Doubling"), *course()])
    assert "Doubling" not in text(shown) and "a number" not in text(shown)


def test_the_place_to_read_is_named():
    assert "lesson-1: 2. Two times" in rows(page(course()))[0][3]


def test_the_place_to_read_is_linked_where_the_course_says_how():
    shown = page(course(), lesson_url="https://hub.test/lab/tree/{file}#{section}")
    links = {a["href"] for a in shown.select(".lesson a")}
    assert links == {"https://hub.test/lab/tree/lesson-1.ipynb#2.-Two-times"}


@pytest.mark.parametrize("right", [True, False])
def test_a_quiz_answer_has_its_reason_right_or_wrong(right):
    said = "quiz_1 is right. Because." if right else "quiz_1 is not right.\nBecause."
    outputs = [new_output("stream", text=said)] if right else [failure(said)]
    cells = [
        cell("quiz-1", "answer", 'def quiz_1():\n    return "b"'),
        cell("test-quiz-1", "test", "Check", outputs),
    ]
    shown = page(cells, {"test-quiz-1": (float(right), 1)})
    assert "Because." in text(shown) and rows(shown)[0][0] == "quiz_1"


def test_what_a_passed_test_printed_is_not_shown():
    cells = course()
    cells[4].outputs = [new_output("stream", text="hidden input 700")]
    assert "700" not in page(cells).get_text()


def test_a_comment_stands_at_its_answer_with_formulas():
    shown = page(course(), comments={"triple": "Well done: $3x$"})
    comment = shown.select_one(".comment")
    assert "Well done" in text(comment) and comment.find("math")
    assert text(comment.find_parent("section").h2).startswith("triple")


def test_a_comment_at_an_answer_that_nobody_graded_is_shown():
    shown = page([*course(), cell("extra", "answer", "x = 1")], comments={"extra": "Nice."})
    assert "Nice." in text(shown)


def written(**options):
    picture = new_output("display_data", {"image/png": PIXEL}, metadata={"image/png": {"alt": "a rising line"}})
    cells = [
        new_code_cell("plot()", outputs=[picture]),
        cell("why-text", "text", SCHEME, code=False),
        cell("why", "written", "Because $a<b$.", code=False),
    ]
    return page(cells, {"why": (1, 2)}, **options)


def test_an_answer_graded_by_hand_has_its_text_its_points_and_the_pictures_before_it():
    shown = written()
    assert rows(shown)[0][:2] == ["why", "1 /2"]
    part = shown.select_one("section.by-hand")
    assert "Because" in text(part) and part.find("math")
    assert part.img["alt"] == "a rising line" and part.img["src"].endswith(PIXEL)


def test_the_rubric_is_shown_only_where_a_setting_releases_it():
    assert "reasons" not in text(written())
    assert "One point for reasons" in text(written(release_rubric=True))
    assert "MARK SCHEME" not in text(written(release_rubric=True))


def test_an_answer_that_waits_for_a_person_has_no_points_yet():
    shown = written(waiting=["why"])
    assert rows(shown)[0][1].startswith("–")
    assert "2 of these points" in text(shown.select_one(".note"))


def test_a_task_shows_the_work_that_follows_it():
    cells = [cell("draw", "task", "Draw.", code=False), new_code_cell("plot(7)"), new_markdown_cell("My plot.")]
    shown = page(cells, {"draw": (2, 2)})
    assert "plot(7)" in shown.get_text() and "My plot." in text(shown)


def test_a_course_with_other_names_has_a_row_for_each_graded_cell():
    cells = [cell("squares", "answer", "def squares(n):\n    return n"), cell("correct", "test", "a", [failure()])]
    cells += [cell("error", "test", "b", [failure("no error", "AssertionError")])]
    shown = page(cells, {"correct": (0, 1), "error": (0, 1)})
    assert [row[0] for row in rows(shown)] == ["correct", "error"]
    assert shown.get_text().count("def squares") == 1  # the second leads to it
    assert shown.select("section.card")[1].select_one(f'a[href="#{shown.select_one("section.card")["id"]}"]')


def test_notes_from_grading_are_at_the_top_as_text():
    shown = page(course(), metadata={"failed": "", "notices": ["The cell <b>x</b> was missing."]})
    assert "The cell <b>x</b> was missing." in text(shown.select_one("section.note"))


def test_what_students_write_is_escaped_everywhere():
    evil = "<img src=x onerror=steal()>"
    cells = course()
    cells[0].source = f"# {evil}"
    cells[0].outputs = [new_output("stream", text=evil), new_output("display_data", {"text/html": evil})]
    cells[1].outputs = [failure(evil, evil)]
    shown = page(cells, comments={"double": evil}, metadata={"notices": [evil]})
    assert not [e for e in shown.find_all(True) if "onerror" in e.attrs]


def test_a_text_that_utf8_cannot_hold_costs_no_page():
    cells = course()
    cells[1].outputs = [failure("double: \ud800")]
    cells[0].outputs = [new_output("display_data", {"text/html": "<b>\ud800</b>"})]
    assert str(page(cells)).encode()


def test_nothing_is_loaded():
    shown = written()
    assert not shown.select("script, link, iframe")
    assert all(img["src"].startswith("data:") for img in shown.select("img"))
    assert "@import" not in shown.style.text and "url(" not in shown.style.text


@pytest.mark.parametrize("assignment", assignments())
def test_every_place_to_read_is_a_heading_of_a_lesson(assignment):
    places = {grade_id(c): c.metadata.lesson for c in load(assignment).cells if "lesson" in c.metadata}
    assert places
    for place in places.values():
        file, _, section = place.partition("#")
        lines = [line for c in nbformat.read(LESSONS / file, as_version=4).cells for line in c.source.split("\n")]
        assert [line for line in lines if line.startswith("#") and line.lstrip("# ") == section], place
