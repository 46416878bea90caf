"""A figure that the reference has drawn is not drawn again, and nobody can see a difference."""

import json
import subprocess
import sys
from dataclasses import replace

import matplotlib
import nbformat
import numpy as np
import pytest
from engine_course import run, shown, shown_by_student, submission
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from test_engine_grades import job

from grading import execute
from grading.pictures import name_of
from tools import variants
from tools.notebooks import graded_names, load

SPY = """
from matplotlib.backends.backend_agg import FigureCanvasAgg
draw = FigureCanvasAgg.print_png
def spy(*given, **named):
    print("drawn anew")
    return draw(*given, **named)
FigureCanvasAgg.print_png = spy
"""
PLOT = "from matplotlib.figure import Figure\nfigure = Figure()\nfigure.subplots().plot([double(1), double(3)])\nfigure"
FOUND = """
import gc
album = [o for o in gc.get_objects() if type(o).__name__ == "Student"][0]
"""


def figure(data=(1.0, 2.5, 2.0), title="a title", color="black"):
    made = Figure()
    made.subplots().plot(np.array(data), color=color)
    made.axes[0].set_title(title)
    return made


def test_figures_that_look_the_same_have_the_same_name_in_each_process():
    code = "import sys; sys.path[:0] = sys.argv[1:]; import test_engine_pictures as t; print(t.name_of(t.figure()))"
    paths = [p for p in sys.path if p]
    names = [
        subprocess.check_output([sys.executable, "-c", code, *paths], env={"PYTHONHASHSEED": seed}, text=True).strip()
        for seed in "12"
    ]
    assert names == [name_of(figure())] * 2


def test_a_difference_that_no_picture_can_show_does_not_count():
    exact = np.array([1 / 3, 1e-12, -7.0])
    assert name_of(figure(exact)) == name_of(figure(exact * (1 + 1e-14))) == name_of(figure(list(exact)))


@pytest.mark.parametrize(
    "other",
    [
        {"data": (1.0, 2.5, 2.00001)},
        {"data": (1.0, 2.5)},
        {"data": (1.0, 2.5, np.nan)},
        {"title": "another"},
        {"color": "red"},
    ],
    ids=repr,
)
def test_another_figure_has_another_name(other):
    assert name_of(figure()) != name_of(figure(**other)) != ""


def test_other_options_and_settings_give_another_name():
    names = {name_of(figure(), 90), name_of(figure(), 100)}
    with matplotlib.rc_context({"font.size": 30}):
        made = figure()
        names.add(name_of(made, 90))
    names.add(name_of(made, 90))
    assert len(names) == 4 and "" not in names


def test_what_code_of_the_notebook_draws_has_no_name():
    def label(value, place):
        return "x"

    made = figure()
    made.axes[0].xaxis.set_major_formatter(FuncFormatter(label))
    assert name_of(made) == ""
    label.__module__, label.__qualname__ = "__main__", "label"
    sys.modules["__main__"].label = label  # as it is found in a notebook
    try:
        assert name_of(made) == ""
    finally:
        del sys.modules["__main__"].label


def fresh(submitted):
    execute.close()  # the next judge has seen nothing
    return execute.run(submitted).notebook


def later(submitted, reference):
    execute.close()
    for _ in range(2):  # the album is drawn before the second submission
        execute.run(reference)
    return execute.run(submitted).notebook


def test_the_references_pictures_are_the_same_drawn_and_looked_up():
    reference = job("01-loss-functions", {}, plain=True)
    drawn = fresh(reference)
    assert drawn.count('"image/png": "') == 4 and later(reference, reference) == drawn


def test_the_references_pictures_are_not_drawn_again():
    reference = job("01-loss-functions", {}, plain=True)
    notebook = nbformat.reads(reference.submission.decode(), as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(SPY))
    spied = replace(reference, submission=nbformat.writes(notebook).encode())
    assert [f(spied).count("drawn anew\\n") for f in (fresh, lambda job: later(job, reference))] == [4, 0]


def test_a_wrong_answer_shows_its_own_pictures():
    known = variants.read("01-loss-functions")["softmax"].variants
    wrong = next(v.source for v in known if v.label == "sums-over-examples")
    reference = job("01-loss-functions", {}, plain=True)
    other = job("01-loss-functions", {graded_names(load("01-loss-functions"))["softmax"]: wrong}, plain=True)
    drawn = fresh(other)
    assert later(other, reference) == drawn != fresh(reference)


def test_nobody_can_put_a_picture_into_the_album():
    execute.close()
    planted = FOUND + "album.ask('add', 'planted', b'picture')\nprint('found:', album.ask('find', 'planted'))"
    for _ in range(3):
        assert "found: None" in shown(run(submission(after=planted)), "after")


def test_a_figure_drawn_in_a_child_or_a_thread_is_drawn():
    draws = (
        "import io, os, threading\n"
        "def draw():\n    figure.savefig(io.BytesIO())\n    return 0\n"
        "child = os.fork()\n"
        "if child == 0:\n    os._exit(draw())\n"
        "thread = threading.Thread(target=draw)\nthread.start(); thread.join()\n"
        "print('ended with', os.waitpid(child, 0)[1])"
    )
    assert "ended with 0" in shown_by_student(run(submission(before=PLOT.replace("double", "abs"), after=draws)))


def test_the_largest_memory_of_a_submission_is_that_of_the_student():
    small, large = (run(submission(after=f"import numpy as np\nnp.ones({n})")).peak_bytes for n in (10, 50_000_000))
    assert 350e6 < large - small < 450e6


def test_a_figure_that_the_reference_has_not_is_shown_as_jupyter_shows_it_each_time():
    execute.close()
    first, second = (json.loads(run(submission(after=PLOT)).notebook) for _ in range(2))
    assert first == second
    kinds = {key for cell in first["cells"] for output in cell.get("outputs", []) for key in output.get("data", {})}
    assert {"image/png", "text/plain"} <= kinds
    nbformat.validate(nbformat.from_dict(first))
