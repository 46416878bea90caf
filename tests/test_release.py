"""release/ is what nbgrader makes of source/, gives nothing away, and works when copied alone."""

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from nbclient import NotebookClient

from tools import release
from tools.notebooks import (
    RELEASE,
    SOURCE,
    assignments,
    grade_cells,
    grade_id,
    load,
    notebook_path,
    solution_cells,
)


def execute(path):
    """Return the notebook after a run in a fresh kernel in its own folder."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": path.parent}}).execute()
    return notebook


def errors(notebook):
    """Return ``{cell id: error output}``."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                found[cell.id] = output
    return found


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """``{assignment: executed notebook}`` of release folders that were copied alone."""
    folder = tmp_path_factory.mktemp("alone")

    def run(assignment):
        shutil.copytree(RELEASE / assignment, folder / assignment)
        return execute(notebook_path(assignment, folder))

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(assignments(), pool.map(run, assignments()), strict=True))


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """``{assignment: executed notebook}`` of the reference, with DeprecationWarning as an error."""
    folder = tmp_path_factory.mktemp("solved")

    def run(assignment):
        shutil.copytree(SOURCE / assignment, folder / assignment)
        path = notebook_path(assignment, folder)
        notebook = nbformat.read(path, as_version=4)
        strict = "import warnings\nwarnings.simplefilter('error', DeprecationWarning)"
        notebook.cells.insert(0, nbformat.v4.new_code_cell(strict))
        nbformat.write(notebook, path)
        return execute(path)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(assignments(), pool.map(run, assignments()), strict=True))


@pytest.mark.parametrize("assignment", assignments())
def test_release_is_not_stale(assignment, tmp_path):
    release.generate(assignment, tmp_path)
    fresh = {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / assignment).iterdir()}
    kept = {p.name: p.read_text(encoding="utf-8") for p in (RELEASE / assignment).iterdir() if p.is_file()}
    stale = {name for name in fresh | kept if fresh.get(name) != kept.get(name)}
    assert not stale, f"run make release: {stale}"


@pytest.mark.parametrize("assignment", assignments())
def test_generated_helpers_in_source_are_not_stale(assignment):
    for name, text in release.generated_files(assignment).items():
        assert (SOURCE / assignment / name).read_text(encoding="utf-8") == text, f"run make release: {name}"


@pytest.mark.parametrize("assignment", assignments())
def test_release_holds_no_solution_and_no_hidden_test(assignment):
    text = notebook_path(assignment, RELEASE).read_text(encoding="utf-8")
    for word in ("BEGIN SOLUTION", "HIDDEN", "hidden=True", ".choice(", "MARK SCHEME", "Rubric"):
        assert word not in text
    released = {grade_id(c): c.source for c in load(assignment, RELEASE).cells}
    for key, cell in solution_cells(load(assignment)).items():
        assert "raise NotImplementedError()" in released[key]
        assert released[key] != cell.source


@pytest.mark.parametrize("assignment", assignments())
def test_shipped_hints_hold_no_code(assignment):
    text = (RELEASE / assignment / "hints.json").read_text(encoding="utf-8")
    for exercise in json.loads(text).values():
        assert set(exercise) == {"pieces", "right", "hints", "digest", "known"}
        assert all(re.fullmatch(r"([\w+/][\w+/*]{4})+", prints) for _, prints in exercise["known"])
    assert "def " not in text and "lambda" not in text


@pytest.mark.parametrize("assignment", assignments())
def test_shipped_hints_are_small(assignment):
    assert (RELEASE / assignment / "hints.json").stat().st_size < 150_000


@pytest.mark.parametrize("assignment", assignments())
def test_the_untouched_notebook_stops_only_at_unanswered_checks(assignment, untouched):
    checks = set(grade_cells(load(assignment)))
    found = errors(untouched[assignment])
    assert set(found) == checks
    assert {o.ename for o in found.values()} == {"CheckFailed"}
    for output in found.values():
        assert "is not written yet" in output.evalue
        assert "Traceback" not in "".join(output.traceback)


@pytest.mark.parametrize("assignment", assignments())
def test_the_demonstrations_of_an_untouched_notebook_say_only_what_to_write(assignment, untouched):
    for cell in untouched[assignment].cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "execute_result", cell.id
            assert not re.search("could not be finished|Run that cell first", output.get("text", "")), cell.id


@pytest.mark.parametrize("assignment", assignments())
def test_the_solved_notebook_runs_without_error_or_warning(assignment, solved):
    notebook = solved[assignment]
    assert {key: o.evalue for key, o in errors(notebook).items()} == {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", output.text


@pytest.mark.parametrize("assignment", assignments())
def test_every_picture_has_a_text_alternative(assignment, solved):
    pictures = 0
    for cell in solved[assignment].cells:
        outputs = cell.get("outputs", [])
        images = [o for o in outputs if "image/png" in o.get("data", {})]
        said = [o.data.get("text/plain") for o in outputs if "data" in o]
        for image in images:
            alt = image.metadata["image/png"]["alt"]
            assert len(alt) > 40 and f"In words: {alt}" in said, cell.id
        pictures += len(images)
    assert pictures >= 3


@pytest.mark.parametrize("assignment", assignments())
def test_no_demonstration_fails_quietly(assignment, solved):
    for cell in solved[assignment].cells:
        for output in cell.get("outputs", []):
            assert not re.search("could not be finished|Run that cell first", output.get("text", "")), cell.id
