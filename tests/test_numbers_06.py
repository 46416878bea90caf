"""The numbers and formulas that assignment 06 states, each computed here from its definition."""

import contextlib
import io
import math
import re
from unittest.mock import MagicMock

import numpy as np
import pytest
from facts import Told

from tools.notebooks import grade_cells, load, solution_cells

ASSIGNMENT = "06-autograd"
TOLD = Told(load(ASSIGNMENT))
CELLS = {cell.id: cell.source for cell in load(ASSIGNMENT).cells}
LESSON = {"w": 3.6, "b": 1.2, "u_0": -0.4, "c_0": -0.8, "u_1": 0.4, "c_1": 0.8}  # the table of lesson 3, section 4
OPERATIONS = {  # row of the table: what it computes
    "| `a + b` | `__add__` | $a + b$ | $1$ | $1$ |": lambda a, b: a + b,
    "| `a - b` | `__sub__` | $a - b$ | $1$ | $-1$ |": lambda a, b: a - b,
    "| `a * b` | `__mul__` | $a \\cdot b$ | $b$ | $a$ |": lambda a, b: a * b,
    "| `a / b` | `__truediv__` | $a / b$ | $1 / b$ | $-a / b^2$ |": lambda a, b: a / b,
    "| `-a` | `__neg__` | $-a$ | $-1$ | |": lambda a, b: -a,
    "| `a ** n`, $n$ a plain number | `__pow__` | $a^n$ | $n \\, a^{n-1}$ | |": lambda a, b: a**b,
    "| `a.exp()` | $e^a$ | $e^a$ |": lambda a, b: math.exp(a),
    "| `a.log()` | $\\log a$, for $a > 0$ | $1 / a$ |": lambda a, b: math.log(a),
    "| `a.tanh()` | $\\tanh a$ | $1 - \\tanh^2 a$ |": lambda a, b: math.tanh(a),
}
FORMULAS = {  # a formula of the table: the same in Python
    "$1$": "1",
    "$-1$": "-1",
    "$b$": "b",
    "$a$": "a",
    "$1 / b$": "1 / b",
    "$-a / b^2$": "-a / b**2",
    "$n \\, a^{n-1}$": "b * a ** (b - 1)",
    "$e^a$": "math.exp(a)",
    "$1 / a$": "1 / a",
    "$1 - \\tanh^2 a$": "1 - math.tanh(a) ** 2",
}


def derivative(f, at, h=1e-6):
    return (f(at + h) - f(at - h)) / (2 * h)


def loss_of_lesson_3(w=2, b=-6, u_0=-4, c_0=2, u_1=2, c_1=0.3862943611):
    a = 1 / (1 + math.exp(-(w * 3 + b)))
    return math.log(1 + math.exp(u_1 * a + c_1 - u_0 * a - c_0))


def cross_entropy(scores, y):
    return math.log(sum(math.exp(s) for s in scores)) - scores[y]


@pytest.fixture(scope="module")
def demonstrations():
    """What each cell of the solved notebook says, and the names at the end; nothing is drawn."""
    said, notebook = {}, load(ASSIGNMENT)
    names = {"np": np, "math": math, "axes": lambda *_, **more: (MagicMock(), MagicMock())}
    names |= {name: MagicMock() for name in ("computational_graph", "decision_regions", "lines")}
    names |= {"needs": lambda *_: contextlib.nullcontext(), "show": lambda figure, words: print(words)}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.id not in {"setup", "torch-example", *grade_cells(notebook)}:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(cell.source, cell.id, "exec"), names)
            said[cell.id] = out.getvalue()
    return said, names


FACTS = {
    "title": ("6 3*3 4*2 7",),
    "how-to-work": ("1 2 3 4 5",),
    "warm-up-1": ("1 2 5", derivative(lambda a: a * 5, 2), derivative(lambda b: 2 * b, 5)),
    "warm-up-2": ("2*5 3*2 4*2", derivative(lambda a: 3 * a + a**2, 2)),
    "warm-up-3": ("3*3 2 5",),
    "node-text": ("1 0 2*5 3",),
    "node-example-text": ("2 5",),
    "node-example-result": ("5 1*2 3*2", derivative(lambda a: a * 5 + a, 2)),
    "topological-order-text": ("2 5",),
    "topological-order-stack": ("1000 10000",),
    "topological-order": ("10000",),
    "value-text": ("3 21 1*5 -1*2 2",),
    "value-functions-text": ("3 0*7 1*4 2",),
    "value-example": ("2*5",),
    "backward-text": ("1*4 2 0 3 4 5",),
    "value": ("0*2",),
    "value-sums-text": ("5*2",),
    "value-backward-checks": ("3*2 4 2 -6",),
    "lesson-graph-text": ("4 3*2",),
    "lesson-graph-picture-text": ("3 1", LESSON["w"], LESSON["b"]),
    "mlp-loss-text": ("5 3*3 6 1*5 2*2 -2 0.5*3 1.5 0*2",),
    "mlp-loss-hints": ("0*2",),
    "mlp-loss": ("0*2 1*4 -2 0.5*2 2 -1 1.5", cross_entropy([0, 0.5], 1)),
    "compare-text": ("3*3",),
    "training-text": ("6 40", 4 * 2 + 4 + 2 * 4 + 2),
    "two-columns": ("7 2.0*2 0.1*2 0",),
    "two-columns-framework": ("4 64*2 32*2 0.1",),
    "torch-text": ("3",),
    "torch-result": ("4",),
    "repair-log-sum-exp-text": ("8 3 1000 1",),
    "log-sum-exp-search": ("1*3",),
    "repair-log-sum-exp": ("1000 -1000 1 0 0.5 0.974077 0.377541 0.622459",),
    "quiz-text": ("5",),
    "quiz-1-text": ("1 3.0 9 27 3 81",),
    "quiz-2-text": ("2 1000",),
    "quiz-3-text": ("3",),
    "quiz-4-text": ("4 1000*3 2000",),
    "quiz-5-text": ("5 0*2",),
}


@pytest.mark.parametrize("row", OPERATIONS)
def test_a_slope_of_the_table_is_the_derivative(row):
    operation, a, b = OPERATIONS[row], 1.3, 0.7
    columns = [part.strip() for part in row.split("|")[1:-1]]
    slopes = columns[3:] if "__" in row else columns[2:]
    cell = "value-text" if "__" in row else "value-functions-text"
    written = next(line for line in TOLD.texts[cell].splitlines() if line.startswith(f"| {columns[0].split(',')[0]}"))
    assert all(part.split(",")[0] in written for part in columns)
    assert eval(FORMULAS[slopes[0]]) == pytest.approx(derivative(lambda v: operation(v, b), a))
    if len(slopes) > 1 and slopes[1]:
        assert eval(FORMULAS[slopes[1]]) == pytest.approx(derivative(lambda v: operation(a, v), b))


@pytest.mark.parametrize("name", LESSON)
def test_the_slopes_of_lesson_3_are_the_derivatives(name):
    start = {"w": 2, "b": -6, "u_0": -4, "c_0": 2, "u_1": 2, "c_1": 0.3862943611}[name]
    assert derivative(lambda v: loss_of_lesson_3(**{name: v}), start) == pytest.approx(LESSON[name], abs=1e-6)


def test_the_network_of_lesson_3_gets_its_slopes_without_a_formula(demonstrations):
    _, names = demonstrations
    assert names["named"]["L"].data == pytest.approx(loss_of_lesson_3())
    found = {name: names["named"][name].grad for name in LESSON}
    assert found == pytest.approx(LESSON)


def test_the_picture_of_the_first_example_has_its_slopes(demonstrations):
    said, names = demonstrations
    assert names["slopes"] == {"a": 6.0, "b": 2.0, "c": 1.0, "L": 1.0}
    assert [derivative(lambda a: a * 5 + a, 2), derivative(lambda b: 2 * b + 2, 5)] == pytest.approx([6, 2])
    assert "c = a b is 10 and L = c + a is 12" in said["node-example"]


def test_slopes_and_central_differences_agree_in_both_demonstrations(demonstrations):
    said, _ = demonstrations
    pairs = re.findall(r"slope for [ab]: (\S+), by central differences (\S+)", said["gradient-check"])
    assert len(pairs) == 2
    for pair in pairs:
        assert float(pair[0]) == pytest.approx(float(pair[1]), abs=1e-6)
    assert float(re.search(r"central differences: (\S+)", said["compare"])[1]) < 1e-8


def test_the_slopes_agree_with_backward_of_assignment_3(demonstrations):
    _, names = demonstrations
    names = dict(names)
    pasted = [solution_cells(load("03-backpropagation"))[key].source for key in ("forward", "backward")]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec("\n".join(["from scipy.special import softmax", *pasted, CELLS["compare"]]), names)
    assert float(re.search(r"your backward of assignment 3: (\S+)", out.getvalue())[1]) < 1e-12


def test_the_network_of_single_numbers_learns(demonstrations):
    _, names = demonstrations
    assert names["means"][-1] < names["means"][0] / 4 and names["right"] >= 0.95
