"""The README's way to grade, as it stands there, in a fresh clone."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from tools.notebooks import ROOT

ASSIGNMENT = "01-loss-functions"


@pytest.fixture
def clone(tmp_path):
    """A copy of what git keeps, where a student has handed in."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no git repository")
    for name in filter(None, listed.stdout.split("\0")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(tmp_path / "release" / ASSIGNMENT, tmp_path / "submitted" / "ann" / ASSIGNMENT)
    return tmp_path


def test_the_readmes_command_ends_with_grades(clone):
    command = re.search(r"\| Grade \| `(python [^`]*)`", (clone / "README.md").read_text())[1]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    arguments = [sys.executable, *shlex.split(command)[1:]]
    done = subprocess.run(arguments, cwd=clone, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with open(clone / "reports" / f"{ASSIGNMENT}.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["status"] == "graded" and float(row["max_points"]) == 40
