"""What is installed is pinned, and each reader's list holds what this reader needs."""

import subprocess
import sys
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.notebooks import RELEASE, ROOT

BOOTSTRAP = {"pip", "setuptools"}  # part of the environment itself, which pip freeze leaves out
LISTS = ["requirements-student.txt", "requirements.txt", "requirements-dev.txt"]


def requirements(file):
    """Return the requirements in a file and in those that it includes."""
    found = []
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found += requirements(line[3:])
        elif line and not line.startswith("#"):
            found.append(Requirement(line))
    return found


def needed(wanted):
    """Return ``{name: version}`` of what is installed of ``wanted`` and of all that these need here."""
    found, ahead = {}, list(wanted)
    seen = set()
    while ahead:
        one = ahead.pop()
        name, extras = canonicalize_name(one.name), one.extras or {""}
        if (name, *sorted(extras)) in seen:
            continue
        seen.add((name, *sorted(extras)))
        found[name] = metadata.version(name)
        needs = map(Requirement, metadata.requires(name) or [])
        ahead += [
            n for n in needs if not n.marker or any(n.marker.evaluate({"extra": extra}) for extra in extras | {""})
        ]
    return found


LOCKED = {canonicalize_name(one.name): str(one.specifier) for one in requirements("constraints.txt")}


def test_all_that_is_needed_is_locked_in_the_installed_version():
    installed = {
        name: f"=={version}"
        for name, version in needed(requirements("requirements-dev.txt")).items()
        if name not in BOOTSTRAP
    }
    assert {name: LOCKED.get(name) for name in installed} == installed


@pytest.mark.parametrize("file", LISTS)
def test_what_a_list_pins_is_what_is_locked(file):
    pinned = {canonicalize_name(one.name): str(one.specifier) for one in requirements(file)}
    assert {name: LOCKED[name] for name in pinned} == pinned


SHIPPED = sorted(path.stem for path in (RELEASE / "05-mnist-lab").glob("*.py"))
IMPORTED = {
    "requirements-student.txt": ["tools.student", *SHIPPED],
    "requirements.txt": [
        "tools.demo",
        "tools.release",
        "tools.pages",
        "grading.__main__",
        "grading.pages.charts",
        "lab.compare",
    ],
}


@pytest.mark.parametrize("file", IMPORTED)
def test_a_list_holds_what_its_readers_import(file):
    theirs = needed(requirements(file))
    others = {
        module
        for module, owners in metadata.packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & theirs.keys()
    }
    hidden = "\n".join(f"sys.modules[{module!r}] = None" for module in sorted(others - BOOTSTRAP))
    code = f"import sys\nsys.path.append('release/05-mnist-lab')\n{hidden}\nimport {', '.join(IMPORTED[file])}\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
