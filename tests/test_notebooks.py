"""The notebooks in source/ are clean, readable and keep the graded interface."""

import ast
import json
import re
import subprocess
import sys
from itertools import pairwise

import nbformat
import pytest

from tools import running
from tools.notebooks import (
    LESSONS,
    ROOT,
    SOURCE,
    assignments,
    grade_cells,
    grade_id,
    graded_names,
    load,
    manual_cells,
    notebook_path,
    owner,
    points,
    solution_cells,
    visible,
)

# Names and parameters that tests, misconceptions and translations hang on.
INTERFACE = {
    "01-loss-functions": {
        "linear_scores": ["X", "W", "b"],
        "absolute_error": ["y_true", "y_pred"],
        "squared_error": ["y_true", "y_pred"],
        "zero_one_loss": ["y_true", "y_pred"],
        "sigmoid": ["z"],
        "logistic_loss": ["y_true", "p"],
        "softmax": ["Z"],
        "cross_entropy": ["y_true", "P"],
        "repaired_log_softmax": ["Z"],
    },
    "02-gradient-descent": {
        "numerical_gradient": ["f", "theta", "h=1e-05"],
        "gradient_descent": ["gradient", "theta0", "learning_rate", "n_steps"],
        "linear_regression_gradient": ["X", "y", "w", "b"],
        "logistic_regression_gradient": ["X", "y", "w", "b"],
        "softmax_regression_gradient": ["X", "y", "W", "b"],
        "minibatches": ["X", "y", "batch_size", "rng"],
        "sgd": ["gradient", "params", "X", "y", "learning_rate", "batch_size", "n_epochs", "rng"],
        "repaired_decaying_descent": ["gradient", "theta0", "learning_rate", "decay", "n_steps"],
    },
    "03-backpropagation": {
        "sigmoid_derivative": ["z"],
        "tanh_derivative": ["z"],
        "relu": ["z"],
        "relu_derivative": ["z"],
        "initialize": ["n_in", "n_hidden", "n_out", "rng"],
        "forward": ["X", "params"],
        "backward": ["y_true", "params", "cache"],
        "relative_error": ["a", "b"],
        "train": ["X", "y", "params", "learning_rate", "n_steps"],
        "cost": ["Thetas", "X", "Y", "lam"],
        "backprop": ["Thetas", "X", "Y", "lam"],
        "repaired_input_gradient": ["y_true", "params", "cache"],
    },
    "04-own-framework": {
        "Linear": ["n_in", "n_out", "rng"],
        "Sigmoid": [],
        "Tanh": [],
        "ReLU": [],
        "Softmax": [],
        "CrossEntropyLoss": [],
        "SoftmaxCrossEntropyLoss": [],
        "MeanSquaredError": [],
        "Network": ["layers"],
        "train_epoch": ["network", "loss", "X", "y", "learning_rate", "batch_size", "rng"],
        "repaired_TanhSkip": [],
    },
    "05-mnist-lab": {
        "prepare": ["images"],
        "split": ["X", "y", "validation_fraction", "rng"],
        "build_mlp": ["layer_sizes", "activation", "rng"],
        "accuracy": ["y_true", "scores"],
        "confusion_matrix": ["y_true", "y_pred", "n_classes"],
        "fit": [
            *("network", "X_train", "y_train", "X_val", "y_val"),
            *("learning_rate", "batch_size", "n_epochs", "rng"),
        ],
        "repaired_class_accuracy": ["y_true", "y_pred", "n_classes"],
    },
    "06-autograd": {
        "topological_order": ["root"],
        "Value": [],
        "mlp_loss": ["params", "x", "y_true"],
        "repaired_log_sum_exp": ["values"],
    },
}
MOST_LINES = 25
CELLS = [(a, key) for a in assignments() for key in grade_cells(load(a))]


def parameters(cell, name):
    """Return the parameter list of a function, or of a class's ``__init__`` without self."""
    node = next(n for n in ast.parse(cell.source).body if getattr(n, "name", "") == name)
    if isinstance(node, ast.ClassDef):
        inits = [n for n in node.body if getattr(n, "name", "") == "__init__"]
        return ast.unparse(inits[0].args).split(", ")[1:] if inits else []
    return ast.unparse(node.args).split(", ")


def test_the_course_has_its_assignments():
    assert assignments() == list(INTERFACE)


@pytest.mark.parametrize("assignment", assignments())
def test_names_and_parameters_are_the_fixed_ones(assignment):
    notebook = load(assignment)
    cells = solution_cells(notebook)
    found = {name: parameters(cells[key], name) for name, key in graded_names(notebook).items()}
    assert found == INTERFACE[assignment]


@pytest.mark.parametrize("assignment", assignments())
def test_a_notebook_has_no_outputs_and_no_counts(assignment):
    for cell in load(assignment).cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None, cell.id


@pytest.mark.parametrize("assignment", assignments())
def test_a_notebook_is_written_with_sorted_keys(assignment):
    text = notebook_path(assignment).read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("assignment", assignments())
def test_cell_ids_are_stable_names(assignment):
    for cell in load(assignment).cells:
        assert re.fullmatch(r"[a-z0-9-]+", cell.id), cell.id
        assert grade_id(cell) in ("", cell.id)


@pytest.mark.parametrize("assignment", assignments())
def test_a_cell_is_short(assignment):
    for cell in load(assignment).cells:
        if cell.cell_type == "code" and cell.id != "framework":  # a whole assignment, brought along
            code = re.sub(r'""".*?"""', "", visible(cell.source), flags=re.S)
            lines = [line for line in code.split("\n") if line.strip() and not line.strip().startswith("#")]
            assert len(lines) <= MOST_LINES + 10 * (cell.id in solution_cells(load(assignment))), cell.id


@pytest.mark.parametrize("assignment", assignments())
def test_the_heading_above_an_answer_states_its_points(assignment):
    notebook, stated, heading = load(assignment), {}, ""
    answers, worth = solution_cells(notebook), points(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = ([line for line in cell.source.split("\n") if re.match("#{2,3} ", line)] or [heading])[-1]
        if grade_id(cell) in answers:
            tests = [key for key in worth if owner(key, answers) == grade_id(cell)]
            stated[heading] = stated.get(heading, 0) + sum(worth[key] for key in tests)
    found = {heading: int((re.search(r"\((\d+) points?\)$", heading) or [0, 0])[1]) for heading in stated}
    assert found == stated


@pytest.mark.parametrize("assignment", assignments())
def test_an_assignment_is_worth_about_forty_points(assignment):
    notebook = load(assignment)
    worth = points(notebook) | {key: c.metadata.nbgrader.points for key, c in manual_cells(notebook).items()}
    assert 38 <= sum(worth.values()) <= 43
    assert all(1 <= p <= 5 for p in worth.values())


@pytest.mark.parametrize("assignment", assignments())
def test_there_are_three_warm_up_and_five_graded_questions(assignment):
    notebook = load(assignment)
    folded = [c for c in notebook.cells if c.cell_type == "markdown" and "<details>" in c.source]
    assert len(folded) >= 3
    assert [key for key in solution_cells(notebook) if key.startswith("quiz-")] == [f"quiz-{i}" for i in range(1, 6)]


HOURS = {"two": 2, "three": 3, "three and a half": 3.5}


@pytest.mark.parametrize("assignment", assignments())
def test_an_assignment_takes_about_as_long_as_it_says(assignment):
    """110 words a minute, 2 minutes a picture or question, 8 a function or answer in words, 3 a further method."""
    notebook, answers = load(assignment), [c for k, c in solution_cells(load(assignment)).items() if k != "framework"]
    prose = [c.source.partition("### BEGIN MARK SCHEME")[0] for c in notebook.cells if c.cell_type == "markdown"]
    docs = re.findall(r'"""(.*?)"""', " ".join(c.source for c in answers), flags=re.S)
    words = len(re.sub(r"\$\$.*?\$\$|\$[^$]*\$", " formula ", " ".join(prose + docs), flags=re.S).split())
    pictures = sum(bool(re.search(r"^ *(show|slider|live\.finish)\(", c.source, flags=re.M)) for c in notebook.cells)
    quiz = sum(c.id.startswith("quiz-") for c in answers)
    functions, parts = len(answers) - quiz, sum(c.source.count("### BEGIN SOLUTION") for c in answers) - quiz
    minutes = words / 110 + 2 * (pictures + quiz + " ".join(prose).count("<details>"))
    minutes += 8 * (functions + len(manual_cells(notebook))) + 3 * (parts - functions)
    stated = re.search(r"You need about ([\w ]+) hours", notebook.cells[0].source)[1]
    assert abs(minutes - 60 * HOURS[stated]) <= 20


REVIEWS = {"03-backpropagation": {1, 2}, "05-mnist-lab": {1, 2, 3, 4}}
LOOK = re.compile(r"Look again: \[lesson (\d)\]\(\.\./lessons/(.+)\), section (\d+)\.")


def review_questions(assignment):
    """``[(cell, number of the lesson, its file, its section)]`` of the review questions, in their order."""
    cells = [c for c in load(assignment).cells if re.fullmatch(r"review-\d+", c.id)]
    return [(c, int(lesson), file, section) for c in cells for lesson, file, section in LOOK.findall(c.source)]


@pytest.mark.parametrize("assignment", REVIEWS)
def test_ten_review_questions_mix_the_earlier_lessons(assignment):
    lessons = [lesson for _, lesson, _, _ in review_questions(assignment)]
    assert len(lessons) == 10 and set(lessons) == REVIEWS[assignment]
    assert all(one != next_one for one, next_one in pairwise(lessons))


@pytest.mark.parametrize("assignment", REVIEWS)
def test_a_review_question_folds_its_answer_and_leads_to_a_section_that_exists(assignment):
    for cell, lesson, file, section in review_questions(assignment):
        question, _, answer = cell.source.partition("<details><summary>Answer</summary>\n\n")
        assert "?" in question and answer.endswith("\n\n</details>"), cell.id
        assert file.startswith(f"{lesson:02d}-"), cell.id
        titles = [line for c in nbformat.read(LESSONS / file, as_version=4).cells for line in c.source.split("\n")]
        assert any(line.startswith(f"## {section}. ") for line in titles), cell.id


@pytest.mark.parametrize("assignment", assignments())
def test_every_exercise_has_its_own_test_cells(assignment):
    notebook = load(assignment)
    owners = {owner(key, solution_cells(notebook)) for key in grade_cells(notebook)}
    assert owners == set(solution_cells(notebook))


@pytest.mark.parametrize(("assignment", "key"), CELLS)
def test_a_test_cell_has_a_visible_and_a_hidden_check(assignment, key):
    source = grade_cells(load(assignment))[key].source
    hidden = source.rpartition("### BEGIN HIDDEN TESTS")[2]
    assert "Check(" in visible(source)
    assert "hidden=True" in hidden or ".choice(" in hidden
    assert hidden.rstrip().endswith("### END HIDDEN TESTS")


@pytest.mark.parametrize(("assignment", "key"), CELLS)
def test_what_students_receive_of_a_test_cell_is_complete(assignment, key):
    message = running.try_cells(assignment, {}, [visible(grade_cells(load(assignment))[key].source)])
    assert message == [""]


@pytest.mark.parametrize("assignment", assignments())
def test_no_test_cell_calls_an_answer_except_through_check(assignment):
    notebook = load(assignment)
    names = set(graded_names(notebook))
    for key, cell in grade_cells(notebook).items():
        calls = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Call)]
        direct = {n.func.id for n in calls if isinstance(n.func, ast.Name)} & names
        assert not direct, f"{key} calls {direct}"


@pytest.mark.parametrize("assignment", assignments())
def test_nothing_is_fetched_or_linked(assignment):
    for cell in load(assignment).cells:
        assert not re.search(r"https?://|www\.", cell.source), cell.id


@pytest.mark.parametrize("assignment", assignments())
def test_prose_has_no_exclamation_marks_or_emoji(assignment):
    for cell in load(assignment).cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"`[^`]*`|\$[^$]*\$|!=", "", cell.source)
            assert "!" not in text and not re.search("[\u2014\u2600-\u27bf\U0001f300-\U0001faff]", text), cell.id


@pytest.mark.parametrize("assignment", assignments())
def test_every_figure_is_shown_with_words(assignment):
    for cell in load(assignment).cells:
        if cell.cell_type == "code" and "axes(" in cell.source:
            assert re.search(r"show\(\s*\w+,", cell.source), cell.id


def test_notebooks_are_valid():
    for assignment in assignments():
        nbformat.validate(load(assignment))


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff_is_content_with_files_and_notebooks(command):
    done = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_nothing_names_a_machine_path_or_a_package_index():
    paths = [
        p
        for p in ROOT.rglob("*")
        if p.is_file()
        and not {".venv", ".venv-site", ".cache", ".git", "demo", "site"} & set(p.relative_to(ROOT).parts)
    ]
    text = {p: p.read_bytes() for p in paths if p.suffix in {".py", ".md", ".txt", ".toml", ".ipynb"}}
    for path, content in text.items():
        if path.name != "test_notebooks.py":
            assert not re.search(rb"/home/\w|/root/|/work/|pypi\.org|index-url", content), path


def test_source_holds_only_assignments_and_shared_helpers():
    files = {path.name for path in SOURCE.iterdir() if path.is_file()}
    assert files == {"checks.py", "errors.py", "messages.py", "reasons.py", "relations.py"}
