"""What each exercise of an autograded notebook gave, from its cells and its marks.

An exercise is an answer cell with the test cells ``test-<its grade id>-<what>``. Any other graded
cell is an exercise of its own, with the answer cell before it. Cells may name a place to read in
their metadata: ``"lesson": "file.ipynb#Heading"``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearMarkScheme
from nbgrader.utils import compute_checksum, is_grade, is_solution, is_task

from grading.languages import ENGLISH, Words
from grading.marks import Mark, Marks
from grading.run.cells import grade_id, is_by_hand
from grading.run.outputs import speaks

SPEAKING = {"AssertionError", ""}  # errors whose text says all, as where one ``speaks``; of others, the kind is told
Details = tuple[tuple[str, tuple[str, ...]], ...]  # of a message: lines, each with the indented lines that follow it
MOST_LETTERS = 4_000  # of a message or an output


@dataclass(frozen=True)
class Check:
    """What one graded cell gave.

    key:     its grade id
    name:    what it looks at ("shapes"); '' when the exercise has no other
    problem: what was wrong, in one line; '' where nothing was said
    details: the rest of the message
    said:    what a passed quiz question printed: the reason
    """

    key: str
    name: str
    mark: Mark
    problem: str = ""
    details: Details = ()
    said: str = ""

    @property
    def lost(self) -> bool:
        return not self.mark.waiting and self.mark.points < self.mark.most


@dataclass
class Exercise:
    """One exercise of one student.

    key:       grade id of the answer, or of the graded cell where no answer belongs to it
    name:      the function or class that is asked for, or the key
    by_hand:   whether a person gives the points
    hints:     the mistakes by name
    answer_id: grade id of the cell with the student's answer
    answer:    the cells with the student's answer
    pictures:  outputs of the cells before an answer that is graded by hand
    rubric:    the mark scheme of such an answer
    stopped:   the error that ended the answer cell, in one line
    untouched: whether the answer is as it was handed out
    same:      an earlier exercise with the same answer
    lesson:    where to read: "file.ipynb#Heading", or ''
    """

    key: str
    name: str
    by_hand: bool = False
    checks: list[Check] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    answer_id: str | None = None
    answer: list[NotebookNode] = field(default_factory=list)
    pictures: list[NotebookNode] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    rubric: str = ""
    stopped: str = ""
    untouched: bool = False
    same: "Exercise | None" = None
    lesson: str = ""

    @property
    def points(self) -> float:
        return sum(check.mark.points for check in self.checks)

    @property
    def most(self) -> float:
        return sum(check.mark.most for check in self.checks)

    @property
    def lost(self) -> list[Check]:
        return [check for check in self.checks if check.lost]

    @property
    def right(self) -> list[Check]:
        return [check for check in self.checks if not check.lost and not check.mark.waiting]

    @property
    def waiting(self) -> bool:
        return any(check.mark.waiting for check in self.checks)

    @property
    def failures(self) -> dict[tuple[str, Details], list[Check]]:
        """Return ``{(problem, details): [Check]}``: what several checks say is said once."""
        groups: dict[tuple[str, Details], list[Check]] = {}
        for check in self.lost:
            groups.setdefault((check.problem, check.details), []).append(check)
        return groups

    @property
    def mistake(self) -> str:
        """Return the mistake in one line, or '' where there is none or nothing was answered."""
        if self.untouched:
            return ""
        said = *self.hints, self.stopped, *(check.problem for check in self.lost)
        return next(filter(None, said), "") if self.lost else ""


def read_exercises(notebook: NotebookNode, marks: Marks, words: Words = ENGLISH) -> list[Exercise]:
    """Return the exercises in the order of the notebook. words: of the language that its checks speak."""
    reader = _Reader(notebook.cells, marks, words)
    for place in range(len(notebook.cells)):
        reader.look_at(place)
    for key, comment in marks.comments.items():
        reader.comment(key, comment)
    return [exercise for exercise in reader.found.values() if exercise.checks or exercise.comments]


class _Reader:
    """Walks through the cells of a notebook; ``found``: {key: Exercise}."""

    def __init__(self, cells: list[NotebookNode], marks: Marks, words: Words) -> None:
        self._cells, self._marks, self._words = cells, marks, words
        self.found: dict[str, Exercise] = {}
        self._answers = {grade_id(cell): cell for cell in cells if is_solution(cell) and not is_grade(cell)}
        self._last_answer: str | None = None  # its grade id

    def look_at(self, place: int) -> None:
        cell = self._cells[place]
        if is_by_hand(cell):
            self.found[grade_id(cell)] = self._written(cell, place)
        elif is_grade(cell):
            owner = _owner(grade_id(cell), self._answers)
            key = owner or grade_id(cell)
            if key not in self.found:
                self.found[key] = self._coded(key, owner or self._last_answer, cell)
            self._add_check(self.found[key], cell, owner)
        elif is_solution(cell):
            self._last_answer = grade_id(cell)

    def comment(self, key: str, text: str) -> None:
        exercise = next((e for e in self.found.values() if e.answer_id == key), None)
        if exercise is None:  # an answer that nobody graded
            exercise = self.found[key] = Exercise(key, key)
        exercise.comments.append(text)

    def _coded(self, key: str, answer_id: str | None, test: NotebookNode) -> Exercise:
        """Return the Exercise of a test cell, without its checks."""
        asked = None if answer_id is None else self._answers.get(answer_id)
        answer = self._defining(key, asked)
        made = Exercise(key, key, answer_id=answer_id, lesson=test.metadata.get("lesson", ""))
        if asked is not None and answer is not None:
            errors = [output for output in answer.get("outputs", []) if output.output_type == "error"]
            made.name = _defined(key, answer) or key
            made.answer, made.untouched = [answer], _is_untouched(answer)
            made.stopped = one_line(errors[0]) if errors else ""
            made.lesson = asked.metadata.get("lesson", made.lesson)
            made.same = next((e for e in self.found.values() if e.answer_id == answer_id), None)
        return made

    def _defining(self, key: str, answer: NotebookNode | None) -> NotebookNode | None:
        """Return the cell with the answer: a student may have written it into another than was asked for."""
        if answer is None or _defined(key, answer):
            return answer
        others = [c for c in self._cells if c.cell_type == "code" and "nbgrader" not in c.metadata]
        return next((cell for cell in reversed(others) if _defined(key, cell)), answer)

    def _written(self, cell: NotebookNode, place: int) -> Exercise:
        """Return the Exercise of a cell that is graded by hand."""
        made = Exercise(grade_id(cell), grade_id(cell).replace("-", " "), by_hand=True, answer_id=grade_id(cell))
        if mark := self._marks.cells.get(grade_id(cell)):
            made.checks.append(Check(grade_id(cell), "", mark))
        before = self._before(place)
        made.answer = self._after(place) if is_task(cell) else [cell]
        made.pictures = [] if is_task(cell) else [output for c in before for output in c.get("outputs", [])]
        made.rubric = next(filter(None, (_mark_scheme(c) for c in [cell, *reversed(before)])), "")
        made.untouched = is_solution(cell) and _is_untouched(cell)
        made.lesson = cell.metadata.get("lesson", "")
        return made

    def _before(self, place: int) -> list[NotebookNode]:
        """Return the cells between the last graded cell or answer and this one."""
        start = place
        while start and not (is_grade(c := self._cells[start - 1]) or is_solution(c) or is_task(c)):
            start -= 1
        return self._cells[start:place]

    def _after(self, place: int) -> list[NotebookNode]:
        """Return the cells that follow a task, to the next of nbgrader's."""
        end = place + 1
        while end < len(self._cells) and "nbgrader" not in self._cells[end].metadata:
            end += 1
        return self._cells[place + 1 : end]

    def _add_check(self, exercise: Exercise, cell: NotebookNode, owner: str | None) -> None:
        mark = self._marks.cells.get(grade_id(cell))
        if mark is None:
            return
        name = grade_id(cell).removeprefix(f"test-{owner}").strip("-").replace("-", " ") if owner else ""
        problem, said = "", ""
        details: Details = ()
        if mark.points < mark.most:
            problem, details, hints = _message(cell, exercise.name, self._words)
            exercise.hints += [hint for hint in hints if hint not in exercise.hints]
        elif grade_id(cell).startswith("test-quiz-"):
            said = "".join(o.text for o in cell.outputs if o.output_type == "stream").strip()
        name = self._words.checks.get(name, name)
        exercise.checks.append(Check(grade_id(cell), name, mark, problem, details, said))


def _is_untouched(cell: NotebookNode) -> bool:
    ours = cell.metadata.get("nbgrader")
    return bool(ours) and ours.get("checksum") == compute_checksum(cell)


def _owner(test_id: str, answers: Iterable[str]) -> str | None:
    """Return the answer cell that ``test-<answer>-<what>`` belongs to, or None."""
    stem = test_id.removeprefix("test-") + "-"
    fitting = [a for a in answers if test_id.startswith("test-") and stem.startswith(f"{a}-")]
    return max(fitting, key=len, default=None)


def _defined(key: str, cell: NotebookNode) -> str | None:
    """Return the name that a cell defines and that an exercise is called after, or None."""
    plain = re.sub(r"[\W_]", "", key).lower()
    names = re.findall(r"^(?:def|class)\s+(\w+)", cell.source, re.M)
    return next((name for name in names if name.replace("_", "").lower() == plain), None)


def _mark_scheme(cell: NotebookNode) -> str:
    scheme = ClearMarkScheme()
    _, found, rest = cell.source.partition(scheme.begin_mark_scheme_delimeter)
    return rest.partition(scheme.end_mark_scheme_delimeter)[0].strip("# \n") if found else ""


def _message(cell: NotebookNode, name: str, words: Words) -> tuple[str, Details, list[str]]:
    """Return ``(problem, details, hints)`` of a failed test."""
    error = next((o for o in cell.get("outputs", []) if o.output_type == "error"), None)
    if error is None:
        return "This check gave no result.", (), []
    text = plain(error.evalue).strip()
    if not (text and (speaks(error) or error.ename in SPEAKING)):
        text = f"The check stopped with {error.ename}: {text}".rstrip(": ")
    first, *others = text.split("\n")
    about = words.told("about", first)
    if about.get("name") == name:
        first = _sentence(about["problem"])
    hints = {line: told["reason"] for line in (first, *others) if (told := words.told("likely_reason", line))}
    problem, *rest = [line for line in (first, *others) if line not in hints] or [""]
    return words.notice(problem) or problem, _blocks(rest), list(hints.values())


def _blocks(lines: Sequence[str]) -> Details:
    """Return ``((line, indented lines that follow it), ...)``."""
    blocks: list[tuple[str, list[str]]] = []
    for line in lines:
        if blocks and line.startswith(" "):
            blocks[-1][1].append(line)
        else:
            blocks.append((line, []))
    return tuple((first, tuple(rest)) for first, rest in blocks)


def _sentence(text: str) -> str:
    """Return ``text`` with a capital, unless it begins with a name of the code."""
    return text[:1].upper() + text[1:] if text.split(" ", 1)[0].isalpha() else text


def one_line(error: NotebookNode) -> str:
    """Return the error of a student's cell in one line."""
    text = f"{error.ename}: {plain(error.evalue)}".rstrip(": ")
    return re.sub(r"\(<[^>]*>, (line \d+)\)", r"(\1)", text)


def plain(text: str) -> str:
    """Return text of a student without terminal codes and without the folders of the grading machine."""
    text = strip_ansi(text)
    text = text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} ..."
    return re.sub(r"(?<![\w/:.])(?:/[\w.+@-]+){2,}/([\w.+@-]+)", r".../\1", text)
