"""The lessons run, are clean and readable, and hold no answer to a graded exercise."""

import ast
import inspect
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.utils import is_grade, is_solution

from tools import running, variants
from tools.notebooks import LESSONS, SOURCE, assignments, graded_names, lessons, load, notebook_path, solution_cells

NAMES = [path.stem for path in lessons()]
MOST_LINES = 25
EXERCISES = [(a, name) for a in assignments() for name in graded_names(load(a))]


def read(name):
    return nbformat.read(LESSONS / f"{name}.ipynb", as_version=4)


def code_cells(name):
    return [cell for cell in read(name).cells if cell.cell_type == "code"]


def texts(name):
    return [cell.source for cell in read(name).cells if cell.cell_type == "markdown"]


def without_code(text):
    return re.sub(r"\$\$.*?\$\$|\$[^$]*\$|```.*?```|`[^`]*`", "", text, flags=re.S)


@pytest.fixture(scope="module")
def executed():
    """``{lesson: executed notebook}``, with deprecations as errors."""

    def run(name):
        notebook, folder = read(name), {"metadata": {"path": LESSONS}}
        NotebookClient(notebook, timeout=60, allow_errors=True, resources=folder).execute()
        return notebook

    with mock.patch.dict(os.environ, PYTHONWARNINGS="error::DeprecationWarning"), ThreadPoolExecutor(2) as pool:
        return dict(zip(NAMES, pool.map(run, NAMES), strict=True))


def outputs(notebook):
    return [(cell.id, output) for cell in notebook.cells for output in cell.get("outputs", [])]


def test_there_is_a_lesson_for_each_of_the_first_five_assignments():
    assert NAMES == assignments()[:5]


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_runs_without_error_or_warning(name, executed):
    for cell, output in outputs(executed[name]):
        assert output.output_type != "error", f"{cell}: {output.get('evalue')}"
        assert output.get("name") != "stderr", f"{cell}: {output.get('text')}"


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_says_in_words_what_it_shows(name, executed):
    pictures = [(cell, output) for cell, output in outputs(executed[name]) if "image/png" in output.get("data", {})]
    assert len(pictures) >= 5
    for cell, output in pictures:
        alt = output.metadata["image/png"]["alt"]
        assert len(alt) > 40, cell
        said = [o.data.get("text/plain") for c, o in outputs(executed[name]) if c == cell and "data" in o]
        assert f"In words: {alt}" in said, cell


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_has_a_slider_that_leaves_a_still_picture_without_widgets(name, executed):
    sliders = [
        o.data for _, o in outputs(executed[name]) if "application/vnd.jupyter.widget-view+json" in o.get("data", {})
    ]
    assert sliders and all("image/png" in data and "In words: " in data["text/plain"] for data in sliders)


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_file_is_clean(name):
    text = (LESSONS / f"{name}.ipynb").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    nbformat.validate(read(name))
    for cell in read(name).cells:
        assert re.fullmatch(r"[a-z0-9-]+", cell.id), cell.id
        assert not cell.get("outputs") and not cell.get("execution_count"), cell.id


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_cell_is_short(name):
    for cell in code_cells(name):
        lines = [line for line in cell.source.split("\n") if line.strip() and not line.strip().startswith("#")]
        assert len(lines) <= MOST_LINES, cell.id


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_has_two_quizzes_predictions_and_a_take_away(name):
    text = "\n".join(texts(name))
    assert text.count("<details><summary>Answer</summary>") >= 8
    assert len(re.findall("Predict, then run", text)) >= 2
    for heading in ("Where this goes wrong", "Take-away|take away|Take away", "Further reading"):
        assert re.search(f"^#+ .*({heading})", text, flags=re.M), heading


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_links_to_its_assignment_and_has_no_noise(name):
    for text in texts(name):
        if "Further reading" not in text:
            assert not re.search(rf"https?://|\]\((?!\.\./{name}/)", text), text
        assert not re.search("[!\N{EM DASH}\U0001f300-\U0001faff]", without_code(text)), text


@pytest.mark.parametrize("name", NAMES)
def test_further_reading_has_links_and_costs_nothing_when_one_is_dead(name):
    (reading,) = (text for text in texts(name) if "Further reading" in text)
    rows = re.findall("^- .*", reading, flags=re.M)
    assert sum("](http" in row for row in rows) >= 4
    for row in rows:  # a title that can be looked up elsewhere
        assert re.search(r"\*[^*]{8,}\*|\"[^\"]{8,}\"", row), row


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_takes_as_long_as_it_says(name):
    """110 words a minute, a formula is a word; two minutes for a picture or a question."""
    prose = " ".join(text for text in texts(name) if "Further reading" not in text)
    words = len(re.sub(r"\$\$.*?\$\$|\$[^$]*\$", " formula ", prose, flags=re.S).split())
    pictures = sum(bool(re.search(r"^(show|slider)\(", cell.source, flags=re.M)) for cell in code_cells(name))
    stated = int(re.search(r"about (\d+) minutes", texts(name)[0])[1])
    assert abs(words / 110 + 2 * (pictures + prose.count("<details>")) - stated) <= 5


READ = {  # cells that draw, and whose code is to be read
    "04-own-framework": {"line-picture"},
    "05-mnist-lab": {"blocks-picture"},
    "mnist-lab": {"largest-weights", "momentum"},
    "autograd": {"node-example", "training"},
}
DRAWING = {"chain-drawing", "linear-drawing", "by-hand-story", "image-grid", "live", "curves"}  # help cells that draw


@pytest.mark.parametrize("path", [*lessons(), *map(notebook_path, assignments())], ids=lambda path: path.stem)
def test_code_that_draws_is_folded_and_no_other(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    draws = {c.id for c in cells if re.search(r"^ *(show|slider|live\.finish)\(", c.source, flags=re.M)}
    graded = {c.id for c in cells if is_grade(c) or is_solution(c)}
    folded = {c.id for c in cells if c.metadata.get("jupyter", {}).get("source_hidden")}
    assert folded - DRAWING == draws - graded - READ.get(path.stem, set())


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_is_rarely_long(name):
    words = []
    for text in texts(name):
        plain = re.sub(r"<[^>]*>|^\|.*$|^#.*$|^[-*\d].*$", "", without_code(text), flags=re.M)
        words += [len(sentence.split()) for sentence in re.split(r"[.?:]\s", plain) if sentence.strip()]
    assert sum(n > 25 for n in words) <= len(words) / 50


@pytest.mark.parametrize("name", NAMES)
def test_no_lesson_defines_a_graded_name(name):
    graded = {exercise for _, exercise in EXERCISES}
    for cell in code_cells(name):
        assert not running.definitions(cell.source) & graded, cell.id
        assigned = {
            n.id for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        assert not assigned & graded, cell.id


def arity(definition):
    """Return how many arguments a function or a class takes, at most, and the methods of a class."""
    parameters = inspect.signature(definition).parameters
    return len(parameters), isinstance(definition, type)


def behave(name, probes):
    """Return ``[(definition, exercise, what its probe sees)]`` of all definitions in a lesson, run in a fork."""
    os.chdir(LESSONS)
    namespace = {"__name__": "__main__"}
    running.sys.path.insert(0, str(LESSONS))
    import drawing

    drawing.show = drawing.slider = lambda *given, **named: None
    for cell in code_cells(name):
        exec(cell.source, namespace)
    defined = [n for cell in code_cells(name) for n in running.definitions(cell.source)]
    seen = []
    for exercise, (probe, takes, places) in probes.items():
        for definition in (d for d in defined if arity(namespace[d]) == takes):
            exec(probe, namespace)
            running.sys.path.insert(0, str(SOURCE))
            import reasons

            values = reasons.observe(namespace[f"probe_{exercise}"], namespace[definition])
            seen.append((definition, exercise, [p.prints for p in reasons.pieces(values, places)]))
    return seen


@pytest.fixture(scope="module")
def known():
    """``{exercise: (probe, arity, places of its pieces, fingerprints of the reference)}``."""
    found = {}
    for assignment, name in EXERCISES:
        reference = solution_cells(load(assignment))[graded_names(load(assignment))[name]].source
        probe = variants.read(assignment)[name].probe
        places, (observed,) = running.observe_many(assignment, name, probe, [reference])
        node = next(n for n in ast.parse(reference).body if getattr(n, "name", "") == name)
        is_class = isinstance(node, ast.ClassDef)
        if is_class:
            inits = [n for n in node.body if getattr(n, "name", "") == "__init__"]
            takes = len(inits[0].args.args) - 1 if inits else 0
        else:
            takes = len(node.args.args)
        found[name] = probe, (takes, is_class), places, [prints for prints, _ in observed]
    return found


def alike(one, other):
    return not any(a.isdisjoint(b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_lesson_behaves_like_a_graded_exercise(name, known):
    probes = {exercise: what[:3] for exercise, what in known.items()}
    for definition, exercise, observed in running.in_fork(behave, name, probes):
        assert not alike(observed, known[exercise][3]), f"{definition} solves {exercise}"


def test_the_comparison_recognises_a_solution(known):
    probe, _, _, reference = known["relu"]
    answers = ["def relu(z):\n    return abs(z)\n", "def relu(z):\n    return z * (z > 0)\n"]
    _, seen = running.observe_many("03-backpropagation", "relu", probe, answers)
    wrong, right = ([prints for prints, _ in pieces] for pieces in seen)
    assert alike(right, reference) and not alike(wrong, reference)
