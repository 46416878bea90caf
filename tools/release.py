"""Generate release/ from source/: what students receive.

    python -m tools.release

1. Every assignment in source/ gets its copies of the shared helper files, and its
   ``probes.py`` and ``hints.json`` from misconceptions/.
2. nbgrader removes solutions and hidden tests and writes release/.

The lessons get their copy of drawing.py, too.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from tools import hints, variants
from tools.notebooks import LESSONS, RELEASE, ROOT, SOURCE, assignments

HELPERS = dict.fromkeys(
    ["checks.py", "drawing.py", "errors.py", "reasons.py", "relations.py"], SOURCE
)  # in every assignment
LOADER = {"05-mnist-lab": {"mnist.py": ROOT / "lab"}}
PROBES_HEAD = '''"""Small calls whose results tell known mistakes apart. Generated from misconceptions/."""

import numpy as np
'''


def helper_files(assignment):
    """Return ``{file name: text}`` of the generated files beside a notebook."""
    exercises = variants.read(assignment)
    probes = [PROBES_HEAD] + [exercise.probe for exercise in exercises.values()]
    files = {name: (folder / name).read_text(encoding="utf-8") for name, folder in _copied(assignment).items()}
    files["probes.py"] = "\n\n".join(probes)
    files["hints.json"] = hints.build(assignment)
    return files


def write_helpers(assignment):
    """Write the generated files of an assignment into source/."""
    for name, folder in _copied(assignment).items():  # first: the notebook imports them, and is run for the hints
        shutil.copy(folder / name, SOURCE / assignment)
    for name, text in helper_files(assignment).items():
        (SOURCE / assignment / name).write_text(text, encoding="utf-8")


def generate(assignment, release=RELEASE):
    """Run ``nbgrader generate_assignment`` and put its result into ``release``."""
    with tempfile.TemporaryDirectory() as course:
        shutil.copy(ROOT / "nbgrader_config.py", course)
        shutil.copytree(SOURCE / assignment, Path(course, "source", assignment), ignore=_ignored)
        nbgrader(course, "generate_assignment", assignment)
        shutil.rmtree(release / assignment, ignore_errors=True)
        shutil.copytree(Path(course, "release", assignment), release / assignment)


def nbgrader(course, *arguments, check=True):
    """Run an nbgrader command in a course directory; return the finished process."""
    return run_module(course, "nbgrader", *arguments, check=check)


def run_module(course, module, *arguments, check=True):
    """Run ``python -m module`` in a course directory; return the finished process."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=course, env=environment(), capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done


def environment():
    """Return the environment variables of a command that runs in a course directory."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # finds alembic
    modules = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))  # finds grading/
    return os.environ | {"PATH": path, "PYTHONPATH": modules}


def _copied(assignment):
    """Return ``{file name: folder of its hand-edited copy}``."""
    return HELPERS | LOADER.get(assignment, {})


_ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def main():
    """Regenerate every assignment, or those named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assignment", nargs="*", help="all, if none is named")
    shutil.copy(SOURCE / "drawing.py", LESSONS)
    for assignment in tqdm(parser.parse_args().assignment or assignments(), "release"):
        write_helpers(assignment)
        generate(assignment)


if __name__ == "__main__":
    main()
