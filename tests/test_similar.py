"""Similar work is found though names were changed; what the template or the class's habit explains is not shown."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from grading.__main__ import main
from grading.pages.similar import fingerprints, pairs, structure
from tools import variants
from tools.classroom import Course
from tools.notebooks import graded_names, load, reference_answers

NAME = "week-one"
STUB = 'def f(x):\n    """Return it."""\n    ### YOUR CODE\n    raise NotImplementedError\n'
ODD = """def f(x):
    total = [0.0]
    for i in range(len(x) - 1, -1, -1):
        total.append(total[-1] * 0.5 + x[i] ** 2 if i % 3 else total[-1] - abs(x[i]))
    while len(total) > 2 and total[-1] < total[-2]:
        total.pop()
    return sum(total[1:]) / max(1, len(total) - 1)
"""
RENAMED = '''def f(values):
    """Mine."""
    s = [0.0]  # start
    for k in range(len(values) - 1, -1, -1):
        s.append(s[-1] * 0.5 + values[k] ** 2 if k % 3 else s[-1] - abs(values[k]))

    while len(s) > 2 and s[-1] < s[-2]:
        s.pop()
    return sum(s[1:]) / max(1, len(s) - 1)
'''


def others(count, source="def f(x):\n    return sum(x) / {0} + x[{0}] * len(x) - {0} ** 2\n"):
    return {f"other{n}": {"f": source.format(n)} for n in range(count)}


def test_renaming_comments_and_layout_change_nothing():
    assert [token for token, _ in structure(ODD)] == [token for token, _ in structure(RENAMED)]


def test_a_renamed_copy_is_found_with_its_lines():
    (pair,) = pairs(others(20) | {"ada": {"f": ODD}, "ben": {"f": RENAMED}}, {"f": STUB})
    assert (pair.first, pair.second, pair.share) == ("ada", "ben", 1.0)
    first, second = pair.lines["f"]
    assert 4 in first and 5 in second


def test_what_many_wrote_is_no_question():
    many = {f"student{n}": {"f": ODD} for n in range(8)}
    assert pairs(others(20) | many, {"f": STUB}) == []


def test_what_was_handed_out_is_no_question():
    both = {name: {"f": ODD + f"\n\nY = {number}\n"} for number, name in enumerate(("ada", "ben"))}
    assert pairs(others(20) | both, {"f": ODD}) == []


def test_a_passage_of_fifteen_tokens_is_never_missed():
    passage = "a = b[1] + c(2) * d - e / 3\n"  # 17 tokens
    around = "if x < 1:\n    y = [z for z in w]\n", "while True:\n    break\nq = {1: 2, 3: 4}\n"
    assert fingerprints(around[0] + passage).keys() & fingerprints(around[1] + passage).keys()


def test_code_that_is_no_python_is_read_up_to_there():
    assert structure("x = 1\ny = (\n")[:3] == [("name", 1), ("=", 1), ("1", 1)]


def test_right_answers_of_different_people_are_no_question():
    """The known right variants of every exercise, each handed in by one, and the reference by many."""
    name = "02-gradient-descent"
    ids, reference = graded_names(load(name)), reference_answers(name)
    answers = {f"reference{n}": reference for n in range(8)}
    for exercise in variants.read(name).values():
        for variant in exercise.variants:
            if not variant.wrong:
                mine = answers.setdefault(f"variant {variant.label}", dict(reference))
                mine[ids[exercise.name]] = variant.source
    assert pairs(answers, {}) == []


def test_the_command_writes_a_page_and_without_it_nobody_is_compared(tmp_path, monkeypatch):
    course = Course(tmp_path)
    works = {
        "autograded/ada": ODD,
        "autograded/ben": RENAMED,
        "autograded/cleo": "def f(x):\n    return 1\n",
        "release": STUB,
    }
    for place, source in works.items():
        folder = course.folder / place / NAME
        folder.mkdir(parents=True)
        metadata = {"nbgrader": {"grade_id": "f", "solution": True, "grade": False, "locked": False}}
        nbformat.write(new_notebook(cells=[new_code_cell(source, metadata=metadata)]), folder / "n.ipynb")
    monkeypatch.chdir(tmp_path)
    assert main(["similar", NAME, "--course", str(course.folder)]) == 0
    page = (course.folder / "reports" / f"{NAME}-similar.html").read_text()
    assert "ada and ben" in page and "cleo" not in page and "<mark>" in page
