"""The networks that the lab judges: right ones pass with any random numbers, named wrong ones do not."""

import re

import pytest

from tools import running, variants
from tools.notebooks import grade_cells, load, solution_cells, visible

ASSIGNMENT = "05-mnist-lab"
SEEDS = range(20)
NOTEBOOK = load(ASSIGNMENT)
FRAMEWORK = solution_cells(NOTEBOOK)["framework"].source
NETWORKS = ("test-fit-one-layer", "test-fit-two-layers", "test-fit-three-layers")
MARGIN = {
    "0.8, 1,": "0.85, 1,",
    "0.9, 1,": "0.91, 1,",
    "0.92, 1,": "0.94, 1,",
    "0, 0.25,": "0, 0.22,",
    "0, 0.4,": "0, 0.3,",
}


def seeded(key, seed):
    """Return the source of a test cell with other random numbers."""
    source = grade_cells(NOTEBOOK)[key].source
    return re.sub(r"default_rng\((\d+)\)", lambda m: f"default_rng({int(m[1]) + 1000 * seed})", source)


def strict(source):
    """Return the source with every threshold moved towards what a right network reaches."""
    return re.sub("|".join(map(re.escape, MARGIN)), lambda m: MARGIN[m[0]], source)


def framework(old, new):
    assert FRAMEWORK.count(old) == 1
    return {"framework": FRAMEWORK.replace(old, new)}


def variant(name, label, key):
    return {key: variants.read(ASSIGNMENT)[name].find(label).source}


WRONG = {
    "no activation": variant("build_mlp", "no-activation", "build-mlp"),
    "double softmax": variant("build_mlp", "softmax-at-the-end", "build-mlp"),
    "zero initialisation": variant("build_mlp", "all-weights-zero", "build-mlp"),
    "unscaled pixels": variant("prepare", "not-scaled", "prepare"),
    "unshuffled sorted data": framework("rng.permutation(len(X)), 0.0", "np.arange(len(X)), 0.0"),
}
HARMLESS = {("no activation", NETWORKS[0]), ("zero initialisation", NETWORKS[0])}  # with one layer
SEEN_ONLY_BY_HIDDEN_TESTS = {"unshuffled sorted data"}  # the visible part has shuffled data


@pytest.mark.parametrize("key", NETWORKS)
def test_a_right_network_passes_with_a_margin_whatever_the_seed(key):
    messages = running.try_cells(ASSIGNMENT, {}, [strict(seeded(key, seed)) for seed in SEEDS])
    assert messages == [""] * len(SEEDS)


@pytest.mark.parametrize("scale", [1 / 2.9, 1, 2.9])
def test_a_right_framework_learns_whatever_the_seed(scale):
    answers = framework("scale=1 / np.sqrt(n_in)", f"scale={scale} / np.sqrt(n_in)")
    messages = running.try_cells(ASSIGNMENT, answers, [seeded("test-framework-learns", seed) for seed in SEEDS])
    assert messages == [""] * len(SEEDS)


@pytest.mark.parametrize("scale", [1 / 2.9, 2.9])
@pytest.mark.parametrize("key", NETWORKS)
def test_start_weights_of_any_allowed_size_pass(key, scale):
    answers = framework("scale=1 / np.sqrt(n_in)", f"scale={scale} / np.sqrt(n_in)")
    messages = running.try_cells(ASSIGNMENT, answers, [seeded(key, seed) for seed in SEEDS[:8]])
    assert messages == [""] * 8


@pytest.mark.parametrize("mistake", WRONG)
@pytest.mark.parametrize("key", NETWORKS)
def test_a_named_wrong_network_fails_whatever_the_seed(key, mistake):
    part = str if mistake in SEEN_ONLY_BY_HIDDEN_TESTS else visible
    messages = running.try_cells(ASSIGNMENT, WRONG[mistake], [part(seeded(key, seed)) for seed in SEEDS[:4]])
    if (mistake, key) in HARMLESS:
        assert messages == [""] * 4
    else:
        assert all(messages)
