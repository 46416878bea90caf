"""The faulty functions that students mend: what their cells and texts say of them is what happens."""

import contextlib
import io
import re

import numpy as np
import pytest

from tools.notebooks import assignments, grade_id, graded_names, load, reference_answers
from tools.running import in_fork

NAMES = {a: name for a in assignments() for name in graded_names(load(a)) if name.startswith("repaired_")}


def shown(assignment):
    """Return what the cell below the faulty function prints, in a notebook that is solved."""
    import os
    import sys

    from tools.notebooks import SOURCE

    os.chdir(SOURCE / assignment)
    sys.path.insert(0, str(SOURCE / assignment))
    names, answers = {"__name__": "__main__"}, reference_answers(assignment)
    for cell in load(assignment).cells:
        if cell.cell_type != "code":
            continue
        with contextlib.redirect_stdout(io.StringIO()) as out:
            if cell.id.endswith("-symptom"):
                exec(cell.source, names)
                return out.getvalue()
            if grade_id(cell) in answers or cell.metadata.get("nbgrader", {}).get("locked"):
                if not cell.metadata.nbgrader.grade:
                    exec(cell.source, names)


def numbers(assignment):
    """Return the numbers of each printed line."""
    lines = in_fork(shown, assignment).strip().splitlines()
    return [[float(n) for n in re.findall(r"-?\d+\.?\d*(?:e[+-]?\d+)?", line)] for line in lines]


def docstring(assignment):
    """Return the numbers that the example of the mended function gives, as text."""
    (source,) = (s for s in reference_answers(assignment).values() if f" {NAMES[assignment]}(" in s)
    return re.sub(r"\s+", " ", source)


def test_each_assignment_has_one():
    assert list(NAMES) == assignments()


def test_log_softmax_is_right_with_one_example_only():
    (one,), three = numbers("01-loss-functions")
    assert one == 1 and all(abs(total - 1) > 0.1 for total in three)


def test_the_falling_rate_is_right_for_two_steps_and_then_stands_still():
    ends = dict(numbers("02-gradient-descent"))
    assert ends[2] == 1.5 and ends[4] != 1.09375 and abs(ends[20] - ends[2000]) < 1e-6 and ends[2000] > 1


def test_the_gradient_for_the_inputs_is_right_where_labels_do_not_differ():
    *same, different = [row[-1] for row in numbers("03-backpropagation")]
    assert max(same) < 1e-7 and different > 0.1


def test_the_skip_layer_is_right_at_0_and_negative_far_away():
    rows = numbers("04-own-framework")
    assert rows[0][2] == rows[0][3] == 2 and rows[-1][2] < 0
    gaps = [abs(backward - slope) for _, _, backward, slope in rows]
    assert gaps == sorted(gaps) and all(1 <= row[3] <= 2 for row in rows)


def test_the_accuracy_of_a_class_is_wrong_where_predictions_prefer_one():
    even, skewed = (row[-3:] for row in numbers("05-mnist-lab"))
    assert even == [0.8, 0.8, 0.8] and skewed == [1, 1, 0.336]


def test_the_slopes_sum_to_1_only_where_one_score_is_far_above_all_others():
    assert [row[-1] for row in numbers("06-autograd")] == pytest.approx([1, 1, 2 + np.exp(-1)], abs=1e-4)


EXAMPLES = {
    "01-loss-functions": str((np.arange(3.0) - np.log(np.exp(np.arange(3.0)).sum())).round(6).tolist()),
    "02-gradient-descent": "[4.0, 2.0, 1.5, 1.25]",
    "05-mnist-lab": str([1.0, round(1 / 3, 6), 1.0]),
    "06-autograd": f"{np.log(1 + np.exp(0.5)):.6f}, with the slopes {1 / (1 + np.exp(0.5)):.6f}",
}


@pytest.mark.parametrize("assignment", EXAMPLES)
def test_an_example_gives_the_computed_numbers(assignment):
    assert EXAMPLES[assignment] in docstring(assignment)


def test_the_rates_of_the_example_fall_as_the_formula_says():
    assert [round(0.25 / (1 + t), 6) for t in range(4)] == [0.25, 0.125, 0.083333, 0.0625]
    theta = [4.0]
    for t in range(3):
        theta.append(theta[-1] - 0.25 / (1 + t) * 2 * theta[-1])
    assert theta == pytest.approx([4.0, 2.0, 1.5, 1.25])


def test_the_example_of_the_input_gradient_is_that_of_the_network_by_hand():
    A, W2, b2 = np.tanh(0.5), np.array([1.0, -1.0]), np.array([0.0, 0.5])
    E = np.exp(A * W2 + b2)
    assert f"{(E / E.sum() - [0, 1]) @ W2 * (1 - A**2) * 0.5:.6f}" in docstring("03-backpropagation")
