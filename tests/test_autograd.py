"""Assignment 06: a mistake in one method of Value costs the points of this method alone."""

import pytest

from tools import running, variants
from tools.notebooks import graded_names, load

ASSIGNMENT = "06-autograd"
COSTS = {  # {label of a wrong Value: the only test cells that it fails}
    "difference-with-slopes-of-a-sum": {"test-value-sums"},
    "product-with-slopes-swapped": {"test-value-products"},
    "quotient-forgets-the-sign": {"test-value-quotients"},
    "power-forgets-the-factor": {"test-value-powers"},
    "slope-of-log-is-the-log": {"test-value-exp-log"},
    "slope-of-relu-always-one": {"test-value-tanh-relu"},
    "never-sets-grad-to-zero": {"test-value-backward-again"},
}


@pytest.mark.parametrize("label", COSTS)
def test_a_mistake_in_one_method_costs_only_its_own_cells(label):
    source = variants.read(ASSIGNMENT)["Value"].find(label).source
    outcomes = running.run(ASSIGNMENT, {graded_names(load(ASSIGNMENT))["Value"]: source})
    assert {key for key, outcome in outcomes.items() if outcome.message} == COSTS[label]
