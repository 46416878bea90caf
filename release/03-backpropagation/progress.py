"""What the checks of your assignments found last, kept on this computer, and the page that shows it.

Nothing leaves your computer. Delete the folder ``lessons/progress`` to forget it all.
Who learns without a teacher opens worked solutions here, too: ``progress.solution("softmax")``.
"""

import hashlib
import json
import os
import re
import zlib
from pathlib import Path

from IPython.display import Markdown, display

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "lessons" / "progress.ipynb"
KEPT = PAGE.with_suffix("")  # a folder with one file an assignment
OPEN = "YOUR ANSWER HERE"  # nbgrader writes it where an answer in words is asked for
PACKED = "worked.bin"  # the solutions of an assignment; a class that is graded does not get them
TRIES = 3  # different wrong answers, after which a solution can be opened


def key(text):
    """Return the key of a check: a hash of its cell."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:16]


def worth(source):
    """Return ``(points of a check, points of its exercise)``; None where points.json does not know the cell."""
    checks = _read(HERE / "points.json")
    row = checks.get(key(source))
    if row is None:
        return None
    return row["points"], sum(other["points"] for other in checks.values() if other["exercise"] == row["exercise"])


def note(source, passed, wrong="", letter=""):
    """Keep what a check found, where the folder with the page stands beside that of an assignment.

    wrong:  what the check said of a wrong answer. The same words again are not another try
    letter: what a quiz answer gave
    """
    if HERE == PAGE.parent or not PAGE.exists():
        return
    try:
        KEPT.mkdir(exist_ok=True)
        path = KEPT / f"{HERE.name}.json"
        found = _read(path)
        tries = found.get(key(source), {}).get("tries", [])
        tries += [key(wrong)] if wrong and key(wrong) not in tries else []
        found[key(source)] = {"passed": bool(passed), "tries": tries, "letter": letter}
        new = path.with_suffix(f".{os.getpid()}")  # Validate may write at the same time
        new.write_text(json.dumps(found, indent=1), encoding="utf-8")
        os.replace(new, path)
    except OSError:  # a full or locked disk is no reason to disturb a check
        pass


def offer(source):
    """Return how to open the solution of a check's exercise; '' where there is none, or not yet."""
    row = _read(HERE / "points.json").get(key(source)) if (HERE / PACKED).exists() else None
    if row is None or _missing(row["exercise"], _exercises(HERE)[row["exercise"]]):
        return ""
    return f'To see the solution: import progress; progress.solution("{row["exercise"]}")'


def solution(name, assignment=""):
    """Show the worked solution of an exercise, or whether a quiz answer is right. Say what is missing before.

    assignment: the name of its folder, where several assignments have an exercise of that name
    """
    folders = [HERE] if (HERE / "points.json").exists() else _assignments()
    found = [folder for folder in folders if name in _exercises(folder) and assignment in ("", folder.name)]
    if len(found) == 1:
        text = _solution(found[0], name)
    elif found:
        text = f'Say in which assignment, for example `progress.solution("{name}", "{found[0].name}")`.'
    else:
        text = f"There is no exercise `{name}`. Is its name spelt so?"
    display(Markdown(text))


def _solution(folder, name):
    if not (folder / PACKED).exists():
        return "This course is graded. Your teacher gives the solutions."
    checks = _exercises(folder)[name]
    missing = _missing(name, checks)
    if missing:
        return missing
    worked = json.loads(zlib.decompress((folder / PACKED).read_bytes()))[name]
    if "code" in worked:
        return f"```python\n{worked['code']}\n```\n\n{worked['why']}"
    given, right = checks[0]["letter"], worked["letter"]
    verdict = f"{given} is right" if given == right else f"{given} is not right. The right answer is {right}"
    return f"`{name}`: {verdict}.\n\n{worked['why']}"


def _missing(name, checks):
    """Return in one sentence what is missing to open a solution; '' where nothing is."""
    if name.startswith("quiz_"):
        return "" if all(check["letter"] for check in checks) else "Give a letter first. Then run the check below it."
    tries = max(len(check["tries"]) for check in checks)
    if tries >= TRIES or _passed(checks):
        return ""
    return (
        f"The solution of `{name}` opens when all its checks pass, or after {TRIES} different wrong answers. "
        f"So far there are {tries}."
    )


def show():
    """Show what is done in each assignment, and what to do next."""
    found = [_assignment(folder) for folder in _assignments()]
    if not found:
        display(Markdown("There is no assignment beside the folder `lessons`."))
        return
    lines = ["| assignment | exercises passed | points | quiz | in words |", "|---|---|---|---|---|"]
    lines += ["| {link} | {passed} of {exercises} | {points} of {most} | {quiz} | {words} |".format(**a) for a in found]
    display(Markdown("\n".join(lines)))
    for assignment in found:
        if assignment["open"]:
            display(Markdown(f"**{assignment['title']}**, to do again: {', '.join(assignment['open'])}."))
        if assignment["solutions"]:
            names = ", ".join(f"`{name}`" for name in assignment["solutions"])
            how = f'`progress.solution("{assignment["solutions"][0]}", "{assignment["name"]}")`'
            display(
                Markdown(f"**{assignment['title']}**, solutions that you can open: {names}. Write {how} in a cell.")
            )
    if not any(_read(KEPT / f"{a['name']}.json") for a in found):
        display(Markdown("No check has run yet. Run the checks of an assignment, or press Validate there."))


def _assignments():
    """Return the folders of the assignments beside this one."""
    return [path.parent for path in sorted(HERE.parent.glob("*/points.json"))]


def _exercises(folder):
    """Return ``{exercise: [check, ...]}`` of an assignment: of each check its points and what it found."""
    found, exercises = _read(KEPT / f"{folder.name}.json"), {}
    for check, row in _read(folder / "points.json").items():
        new = {"passed": None, "tries": [], "letter": ""}
        exercises.setdefault(row["exercise"], []).append(row | new | found.get(check, {}))
    return exercises


def _assignment(folder):
    """Return what the page says of one assignment."""
    (path,) = folder.glob("*.ipynb")
    cells = _read(path).get("cells", [])
    found = re.search("^# (.*)", "".join(cells[0]["source"]), re.MULTILINE) if cells else None
    title = found[1] if found else folder.name
    exercises, packed = _exercises(folder), (folder / PACKED).exists()
    quiz = [checks for name, checks in exercises.items() if name.startswith("quiz_")]
    rest = {name: checks for name, checks in exercises.items() if not name.startswith("quiz_")}
    words = [c for c in cells if c["cell_type"] == "markdown" and c["metadata"].get("nbgrader", {}).get("solution")]
    return {
        "name": folder.name,
        "title": title,
        "link": f"[{title}](../{folder.name}/{path.name})",
        "passed": sum(_passed(checks) for checks in rest.values()),
        "exercises": len(rest),
        "points": sum(check["points"] for checks in rest.values() for check in checks if check["passed"]),
        "most": sum(check["points"] for checks in rest.values() for check in checks),
        "quiz": _count(map(_passed, quiz), "answered"),
        "words": _count((OPEN not in "".join(cell["source"]) for cell in words), "written"),
        "open": [f"`{name}`" for name, checks in rest.items() if any(c["passed"] is False for c in checks)],
        "solutions": [name for name, checks in exercises.items() if packed and not _missing(name, checks)],
    }


def _passed(checks):
    return all(check["passed"] for check in checks)


def _count(done, verb):
    done = list(done)
    return f"{sum(done)} of {len(done)} {verb}" if done else "none"


def _read(path):
    """Return what a file holds as JSON; {} where it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
