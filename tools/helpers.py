"""The helper files that every assignment ships, beside its notebook.

Git holds one hand-edited copy of each and the released one. The copies in source/, which the notebooks there import,
are put in place whenever this package is imported: no command of the course has to do it first.
"""

import filecmp
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = dict.fromkeys(["checks.py", "errors.py", "messages.py", "reasons.py", "relations.py"], ROOT / "source")
SHARED["check_all.py"] = ROOT / "tools" / "jupyter"  # which uses it, too
SHARED |= dict.fromkeys(["drawing.py", "progress.py"], ROOT / "lessons")
LOADER = {"05-mnist-lab": {"mnist.py": ROOT / "lab"}}
GENERATED = ("probes.py", "hints.json", "points.json")  # by tools.release, from misconceptions/ and the notebook


def hand_edited(assignment: str) -> dict[str, Path]:
    """Return ``{file name: folder of its hand-edited copy}``."""
    return SHARED | LOADER.get(assignment, {})


def lay_out() -> None:
    """Put the helper files beside the notebooks of source/: hand-edited ones as they are, others where missing."""
    for notebook in (ROOT / "source").glob("*/*.ipynb"):
        assignment = notebook.parent.name
        for name, folder in hand_edited(assignment).items():
            _copy(folder / name, notebook.parent / name)
        for name in GENERATED:
            if not (notebook.parent / name).exists():
                _copy(ROOT / "release" / assignment / name, notebook.parent / name)


def _copy(source: Path, target: Path) -> None:
    """Copy a file at once: other processes may read, or copy, the same one."""
    if not source.exists() or (target.exists() and filecmp.cmp(source, target)):
        return
    descriptor, new = tempfile.mkstemp(dir=target.parent)
    os.close(descriptor)
    shutil.copy2(source, new)
    os.replace(new, target)
