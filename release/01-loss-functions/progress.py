"""What the checks of your assignments found last, kept on this computer, and the page that shows it.

Nothing leaves your computer. Delete the folder ``lessons/progress`` to forget it all.
Who learns without a teacher opens worked solutions here, too: ``progress.solution("softmax")``.
"""

import contextlib
import functools
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from IPython.display import Markdown, display

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "lessons" / "progress.ipynb"
KEPT = PAGE.with_suffix("")  # a folder with one file an assignment
OPEN = "YOUR ANSWER HERE"  # nbgrader writes it where an answer in words is asked for
PACKED = "worked.bin"  # the solutions of an assignment; a class that is graded does not get them
DIRECTION = "ltr"  # in which the page is written
TRIES = 3  # different wrong answers, after which a solution can be opened

Check = dict[str, Any]  # its exercise and points, and what it found
_notes: list[tuple[str, bool, str, str]] = []  # not kept yet: key of a check, passed, key of a wrong answer, letter
_waits = False  # whether they are kept later


class Messages:
    """What is shown: templates of whole sentences with named fields, each to be edited or translated as a whole."""

    OFFER = 'To see the solution: import progress; progress.solution("{name}")'
    WHICH_ASSIGNMENT = 'Say in which assignment, for example `progress.solution("{name}", "{assignment}")`.'
    UNKNOWN = "There is no exercise `{name}`. Is its name spelt so?"
    GRADED = "This course is graded. Your teacher gives the solutions."
    LETTER_IS_RIGHT = "`{name}`: {letter} is right."
    LETTER_IS_WRONG = "`{name}`: {letter} is not right. The right answer is {right}."
    LETTER_FIRST = "Give a letter first. Then run the check below it."
    OPENS_LATER = (
        "The solution of `{name}` opens when all its checks pass, or after {most} different wrong answers. "
        "So far there are {tries}."
    )
    NO_ASSIGNMENT = "There is no assignment beside the folder `lessons`."
    TABLE = "| assignment | exercises passed | points | quiz | in words |"
    OF = "{done} of {number}"
    ANSWERED = "{done} of {number} answered"
    WRITTEN = "{done} of {number} written"
    NONE = "none"
    TO_DO_AGAIN = "**{title}**, to do again: {names}."
    CAN_BE_OPENED = (
        "**{title}**, solutions that you can open: {names}. "
        'Write `progress.solution("{first}", "{assignment}")` in a cell.'
    )
    NO_CHECK_YET = "No check has run yet. Run the checks of an assignment, or press Validate there."


def key(text: str) -> str:
    """Return the key of a check: a hash of its cell."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:16]


def worth(source: str) -> tuple[int, int] | None:
    """Return ``(points of a check, points of its exercise)``; None where points.json does not know the cell."""
    checks = _points(HERE / "points.json")
    row = checks.get(key(source))
    if row is None:
        return None
    return row["points"], sum(other["points"] for other in checks.values() if other["exercise"] == row["exercise"])


def note(source: str, passed: bool, wrong: str = "", letter: str = "") -> None:
    """Keep what a check found, where the folder with the page stands beside that of an assignment.

    wrong:  what the check said of a wrong answer. The same words again are not another try
    letter: what a quiz answer gave
    """
    _notes.append((key(source), bool(passed), key(wrong) if wrong else "", letter))
    if not _waits:
        _keep()


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """Keep what several checks find with one change of the file, at the end: in a browser each takes long."""
    global _waits
    _waits = True
    try:
        yield
    finally:
        _waits = False
        _keep()


def _keep() -> None:
    notes = _notes.copy()
    _notes.clear()
    if not notes or HERE == PAGE.parent or not PAGE.exists():
        return
    try:
        KEPT.mkdir(exist_ok=True)
        path = KEPT / f"{HERE.name}.json"
        found = _read(path)
        for check, passed, wrong, letter in notes:
            tries = found.get(check, {}).get("tries", [])
            tries += [wrong] if wrong and wrong not in tries else []
            found[check] = {"passed": passed, "tries": tries, "letter": letter}
        new = path.with_suffix(f".{os.getpid()}")  # Validate may write at the same time
        new.write_text(json.dumps(found, indent=1), encoding="utf-8")
        os.replace(new, path)
    except OSError:  # a full or locked disk is no reason to disturb a check
        pass


def offer(source: str) -> str:
    """Return how to open the solution of a check's exercise; '' where there is none, or not yet."""
    row = _points(HERE / "points.json").get(key(source)) if (HERE / PACKED).exists() else None
    if row is None or _missing(row["exercise"], _exercises(HERE)[row["exercise"]]):
        return ""
    return Messages.OFFER.format(name=row["exercise"])


def solution(name: str, assignment: str = "") -> None:
    """Show the worked solution of an exercise, or whether a quiz answer is right. Say what is missing before.

    assignment: the name of its folder, where several assignments have an exercise of that name
    """
    folders = [HERE] if (HERE / "points.json").exists() else _assignments()
    found = [folder for folder in folders if name in _exercises(folder) and assignment in ("", folder.name)]
    if len(found) == 1:
        text = _solution(found[0], name)
    elif found:
        text = Messages.WHICH_ASSIGNMENT.format(name=name, assignment=found[0].name)
    else:
        text = Messages.UNKNOWN.format(name=name)
    _display(text)


def _display(text: str) -> None:
    display(Markdown(f'<div dir="{DIRECTION}">\n\n{text}\n\n</div>'))


def _solution(folder: Path, name: str) -> str:
    if not (folder / PACKED).exists():
        return Messages.GRADED
    checks = _exercises(folder)[name]
    missing = _missing(name, checks)
    if missing:
        return missing
    worked = json.loads(zlib.decompress((folder / PACKED).read_bytes()))[name]
    if "code" in worked:
        return f'<div dir="ltr">\n\n```python\n{worked["code"]}\n```\n\n</div>\n\n{worked["why"]}'
    letter, right = checks[0]["letter"], worked["letter"]
    verdict = Messages.LETTER_IS_RIGHT if letter == right else Messages.LETTER_IS_WRONG
    return f"{verdict.format(name=name, letter=letter, right=right)}\n\n{worked['why']}"


def _missing(name: str, checks: Sequence[Check]) -> str:
    """Return in one sentence what is missing to open a solution; '' where nothing is."""
    if name.startswith("quiz_"):
        return "" if all(check["letter"] for check in checks) else Messages.LETTER_FIRST
    tries = max(len(check["tries"]) for check in checks)
    if tries >= TRIES or _passed(checks):
        return ""
    return Messages.OPENS_LATER.format(name=name, most=TRIES, tries=tries)


def show() -> None:
    """Show what is done in each assignment, and what to do next."""
    found = [_assignment(folder) for folder in _assignments()]
    if not found:
        _display(Messages.NO_ASSIGNMENT)
        return
    lines = [Messages.TABLE, "|---|---|---|---|---|"]
    lines += ["| {link} | {passed} | {points} | {quiz} | {words} |".format(**about) for about in found]
    _display("\n".join(lines))
    for about in found:
        if about["open"]:
            _display(Messages.TO_DO_AGAIN.format(title=about["title"], names=_listed(about["open"])))
        if names := about["solutions"]:
            fields = {"names": _listed(names), "first": names[0], "assignment": about["name"]}
            _display(Messages.CAN_BE_OPENED.format(title=about["title"], **fields))
    if not any(_read(KEPT / f"{about['name']}.json") for about in found):
        _display(Messages.NO_CHECK_YET)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _assignments() -> list[Path]:
    """Return the folders of the assignments beside this one."""
    return [path.parent for path in sorted(HERE.parent.glob("*/points.json"))]


def _exercises(folder: Path) -> dict[str, list[Check]]:
    """Return ``{exercise: [check, ...]}`` of an assignment: of each check its points and what it found."""
    found = _read(KEPT / f"{folder.name}.json")
    exercises: dict[str, list[Check]] = {}
    for check, row in _read(folder / "points.json").items():
        new: Check = {"passed": None, "tries": [], "letter": ""}
        exercises.setdefault(row["exercise"], []).append(row | new | found.get(check, {}))
    return exercises


def _assignment(folder: Path) -> dict[str, Any]:
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
        "passed": Messages.OF.format(done=sum(map(_passed, rest.values())), number=len(rest)),
        "points": Messages.OF.format(
            done=sum(check["points"] for checks in rest.values() for check in checks if check["passed"]),
            number=sum(check["points"] for checks in rest.values() for check in checks),
        ),
        "quiz": _count(Messages.ANSWERED, map(_passed, quiz)),
        "words": _count(Messages.WRITTEN, (OPEN not in "".join(cell["source"]) for cell in words)),
        "open": [name for name, checks in rest.items() if any(c["passed"] is False for c in checks)],
        "solutions": [name for name, checks in exercises.items() if packed and not _missing(name, checks)],
    }


def _passed(checks: Sequence[Check]) -> bool:
    return all(check["passed"] for check in checks)


def _count(message: str, each: Iterable[bool]) -> str:
    done = list(each)
    return message.format(done=sum(done), number=len(done)) if done else Messages.NONE


@functools.cache
def _points(path: Path) -> dict[str, Any]:
    """Return points.json, which stays as it is while a notebook runs: each check asks for it."""
    return _read(path)


def _read(path: Path) -> dict[str, Any]:
    """Return what a file holds as JSON; {} where it is missing or damaged."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
