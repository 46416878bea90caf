"""Generate release/ from source/: what students receive.

    python -m tools.release

1. Every assignment in source/ gets its ``probes.py`` and ``hints.json`` from misconceptions/, and its ``points.json``.
2. nbgrader removes solutions and hidden tests and writes release/.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nbformat import NotebookNode
from tqdm import tqdm

from tools import hints, variants
from tools.notebooks import (
    RELEASE,
    ROOT,
    SOURCE,
    answer_name,
    assignments,
    grade_cells,
    load,
    owner,
    solution_cells,
    visible,
)

Done = subprocess.CompletedProcess[str]
PROBES_HEAD = '''"""Small calls whose results tell known mistakes apart. Generated from misconceptions/."""

import numpy as np
'''


def generated_files(assignment: str) -> dict[str, str]:
    """Return ``{file name: text}`` of what is made from misconceptions/ and the notebook."""
    exercises = variants.read(assignment)
    probes = [PROBES_HEAD] + [exercise.probe for exercise in exercises.values()]
    return {
        "probes.py": "\n\n".join(probes),
        "hints.json": hints.build(assignment),
        "points.json": worth(load(assignment)),
    }


def worth(notebook: NotebookNode) -> str:
    """Return the text of points.json: of each check its exercise and points, by its cell as students receive it."""
    solutions, rows = solution_cells(notebook), {}
    for key, cell in grade_cells(notebook).items():
        exercise = answer_name(solutions[owner(key, solutions)])
        digest = hashlib.sha256(visible(cell.source).strip().encode()).hexdigest()[:16]
        rows[digest] = {"check": key, "exercise": exercise, "points": cell.metadata.nbgrader.points}
    return json.dumps(rows, indent=1) + "\n"


def write_helpers(assignment: str) -> None:
    """Write the generated files of an assignment into source/."""
    for name, text in generated_files(assignment).items():
        (SOURCE / assignment / name).write_text(text, encoding="utf-8")


def generate(assignment: str, release: Path = RELEASE) -> None:
    """Run ``nbgrader generate_assignment`` and put its result into ``release``."""
    with tempfile.TemporaryDirectory() as course:
        shutil.copy(ROOT / "nbgrader_config.py", course)
        shutil.copytree(SOURCE / assignment, Path(course, "source", assignment), ignore=_ignored)
        nbgrader(course, "generate_assignment", assignment)
        shutil.rmtree(release / assignment, ignore_errors=True)
        shutil.copytree(Path(course, "release", assignment), release / assignment)


def nbgrader(course: str | Path, *arguments: str, check: bool = True) -> Done:
    """Run an nbgrader command in a course directory; return the finished process."""
    return run_module(course, "nbgrader", *arguments, check=check)


def run_module(course: str | Path, module: str, *arguments: str, check: bool = True) -> Done:
    """Run ``python -m module`` in a course directory; return the finished process."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=course, env=environment(), capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done


def environment() -> dict[str, str]:
    """Return the environment variables of a command that runs in a course directory."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # finds alembic
    modules = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))  # finds grading/
    return os.environ | {"PATH": path, "PYTHONPATH": modules}


_ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def main() -> None:
    """Regenerate every assignment, or those named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assignment", nargs="*", help="all, if none is named")
    for assignment in tqdm(parser.parse_args().assignment or assignments(), "release"):
        write_helpers(assignment)
        generate(assignment)


if __name__ == "__main__":
    main()
