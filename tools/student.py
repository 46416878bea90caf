"""Lay out a student's folder, and open JupyterLab on its start page.

    python -m tools.student [FOLDER] [--only-files] [--without-solutions] [OPTION OF JUPYTERLAB ...]

The folder holds the lessons and the assignments side by side, as nbgrader's exchange hands them out.
A notebook that is there stays as it is; all other files are those of the course.
Worked solutions are packed, and open when an exercise is done; --without-solutions leaves them out.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from tools import worked
from tools.notebooks import LESSONS, RELEASE, ROOT, assignments, load, notebook_path, solution_cells

JUPYTER = ROOT / "tools" / "jupyter"  # settings of JupyterLab: Markdown opens rendered, nothing for teachers
TEMPLATE = ROOT / "tools" / "start.md"
Step = dict[str, Any]  # what the start page says of an assignment
START = "START.md"
OPEN = re.compile(r"^\s*raise NotImplementedError\(\)", re.MULTILINE)


def lay_out(folder: Path, solutions: bool = False) -> None:
    """Copy lessons and assignments into ``folder``, and write its start page.

    solutions: put worked solutions beside the assignments, packed, for who learns without a teacher
    """
    for source in [LESSONS, *(RELEASE / name for name in assignments())]:
        unwanted = shutil.ignore_patterns(".*", "__pycache__", "progress")
        shutil.copytree(source, folder / source.name, ignore=unwanted, copy_function=copy, dirs_exist_ok=True)
    for name in assignments():
        packed = folder / name / worked.FILE
        packed.unlink(missing_ok=True)
        if solutions:
            packed.write_bytes(worked.pack(name))
    (folder / START).write_text(start_page(folder), encoding="utf-8")


def copy(source: str, target: str) -> None:
    """Copy a file, unless it is a notebook that is there."""
    if not (target.endswith(".ipynb") and os.path.exists(target)):
        shutil.copyfile(source, target)


def start_page(folder: Path, template: str | None = None) -> str:
    """Return the start page of a student's folder as Markdown: what there is, and the next step.

    template: the text of the page in another language; it has the lines of tools/start.md
    """
    page, _, filling = (template or TEMPLATE.read_text(encoding="utf-8")).partition("<!--")
    row, read, go_on, done, no_lesson = filling.strip().split("\n")[1:6]
    found = steps(folder, no_lesson)
    ahead = next((step for step in found if step["written"] < step["asked"]), {})
    words = done if not ahead else go_on if ahead["written"] else read
    rows = "\n".join(row.format_map(step) for step in found)
    return f"{page.rstrip()}\n".format(next=words.format_map(ahead), rows=rows)


def steps(folder: Path, no_lesson: str = "all lessons") -> list[Step]:
    """Return what a start page says of each assignment: its number, links to read and do, answers written and asked.

    no_lesson: what to read before an assignment that has no lesson of its own
    """
    return [_step(folder, name) | _lesson(folder, name, no_lesson) for name in assignments()]


def _step(folder: Path, name: str) -> Step:
    path = notebook_path(name, folder)
    found, asked = _opened(path, notebook_path(name, RELEASE)), solution_cells(load(name, RELEASE))
    answers = solution_cells(found)
    return {
        "number": name.partition("-")[0].lstrip("0"),
        "do": _link(found, path.relative_to(folder).as_posix()),
        "written": sum(key in answers and not OPEN.search(answers[key].source) for key in asked),
        "asked": len(asked),
    }


def _lesson(folder: Path, name: str, no_lesson: str) -> Step:
    path = folder / "lessons" / f"{name}.ipynb"
    return {"read": _link(_opened(path, LESSONS / path.name), f"lessons/{path.name}") if path.exists() else no_lesson}


def _opened(path: Path, handed_out: Path) -> NotebookNode:
    """Return a student's notebook, or the one that was handed out where JupyterLab will say what is wrong with it."""
    try:
        found: NotebookNode = nbformat.read(path, as_version=4)
        solution_cells(found)
    except (ValueError, AttributeError, nbformat.ValidationError):
        found = nbformat.read(handed_out, as_version=4)
    return found


def _link(notebook: NotebookNode, place: str) -> str:
    found = re.search("^# (.*)", notebook.cells[0].source if notebook.cells else "", re.MULTILINE)
    return f"[{found[1] if found else Path(place).stem}]({place})"


def main(
    given: Sequence[str] | None = None,
    lay_out: Callable[[Path, bool], object] = lay_out,
    usual: Path = ROOT / "student",
) -> None:
    """Lay out the folder, then open JupyterLab there.

    given:   the command line, if it is not that of this process
    lay_out: what lays it out
    usual:   the folder that is meant where none is named
    """
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], prog="python -m tools.student")
    parser.add_argument("folder", nargs="?", type=Path, default=usual)
    parser.add_argument("--only-files", action="store_true", help="do not open JupyterLab")
    parser.add_argument("--without-solutions", action="store_true", help="for a class that is graded")
    arguments, more = parser.parse_known_args(given)
    folder = arguments.folder.resolve()
    lay_out(folder, not arguments.without_solutions)
    print(f"The course is in {folder}. Its first page is {START}.")
    if not arguments.only_files:
        sys.exit(open_lab(folder, more))


def open_lab(folder: Path, options: Sequence[str] = ()) -> int:
    """Run JupyterLab on the start page of a student's folder; return its exit status."""
    paths = [str(JUPYTER), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    # The folder is also the working directory: nbgrader must not find a teacher's settings.
    return subprocess.call(
        [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"]
        + [f"--LabApp.default_url=/lab/tree/{START}", *options],
        cwd=folder,
        env=os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(paths)},
    )


if __name__ == "__main__":
    main()
