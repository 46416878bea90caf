"""What the checks of your assignments found last, kept on this computer, and the page that shows it.

Nothing leaves your computer. Delete the folder ``lessons/progress`` to forget it all.
"""

import hashlib
import json
import os
from pathlib import Path

from IPython.display import Markdown, display

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "lessons" / "progress.ipynb"
KEPT = PAGE.with_suffix("")  # a folder with one file an assignment
OPEN = "YOUR ANSWER HERE"  # nbgrader writes it where an answer in words is asked for


def key(source):
    """Return the key of a check: a hash of its cell."""
    return hashlib.sha256(source.strip().encode()).hexdigest()[:16]


def worth(source):
    """Return ``(points of a check, points of its exercise)``; None where points.json does not know the cell."""
    checks = _read(HERE / "points.json")
    row = checks.get(key(source))
    if row is None:
        return None
    return row["points"], sum(other["points"] for other in checks.values() if other["exercise"] == row["exercise"])


def note(source, passed):
    """Keep what a check found, where the folder with the page stands beside this one."""
    if not PAGE.exists():
        return
    try:
        KEPT.mkdir(exist_ok=True)
        path = KEPT / f"{HERE.name}.json"
        new = path.with_suffix(f".{os.getpid()}")  # Validate may write at the same time
        new.write_text(json.dumps(_read(path) | {key(source): bool(passed)}, indent=1), encoding="utf-8")
        os.replace(new, path)
    except OSError:  # a full or locked disk is no reason to disturb a check
        pass


def show():
    """Show what is done in each assignment, and what to do next."""
    found = [_assignment(path.parent) for path in sorted(HERE.parent.glob("*/points.json"))]
    if not found:
        display(Markdown("There is no assignment beside the folder `lessons`."))
        return
    lines = ["| assignment | exercises passed | points | quiz | in words |", "|---|---|---|---|---|"]
    lines += ["| {link} | {passed} of {exercises} | {points} of {most} | {quiz} | {words} |".format(**a) for a in found]
    display(Markdown("\n".join(lines)))
    for assignment in found:
        if assignment["open"]:
            display(Markdown(f"**{assignment['title']}**, to do again: {', '.join(assignment['open'])}."))
    if not any(_read(KEPT / f"{a['name']}.json") for a in found):
        display(Markdown("No check has run yet. Run the checks of an assignment, or press Validate there."))


def _assignment(folder):
    """Return what the page says of one assignment."""
    (path,) = folder.glob("*.ipynb")
    cells = _read(path).get("cells", [])
    title = "".join(cells[0]["source"]).partition("\n")[0].lstrip("# ") if cells else folder.name
    found, exercises = _read(KEPT / f"{folder.name}.json"), {}
    for check, row in _read(folder / "points.json").items():
        exercises.setdefault(row["exercise"], []).append((row["points"], found.get(check)))
    quiz = [checks for name, checks in exercises.items() if name.startswith("quiz_")]
    rest = {name: checks for name, checks in exercises.items() if not name.startswith("quiz_")}
    words = [c for c in cells if c["cell_type"] == "markdown" and c["metadata"].get("nbgrader", {}).get("solution")]
    return {
        "name": folder.name,
        "title": title,
        "link": f"[{title}](../{folder.name}/{path.name})",
        "passed": sum(all(passed for _, passed in checks) for checks in rest.values()),
        "exercises": len(rest),
        "points": sum(points for checks in rest.values() for points, passed in checks if passed),
        "most": sum(points for checks in rest.values() for points, _ in checks),
        "quiz": _count((all(passed for _, passed in checks) for checks in quiz), "answered"),
        "words": _count((OPEN not in "".join(cell["source"]) for cell in words), "written"),
        "open": [f"`{name}`" for name, checks in rest.items() if any(passed is False for _, passed in checks)],
    }


def _count(done, verb):
    done = list(done)
    return f"{sum(done)} of {len(done)} {verb}" if done else "none"


def _read(path):
    """Return what a file holds as JSON; {} where it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
