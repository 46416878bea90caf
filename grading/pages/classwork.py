"""What a class did in an assignment: the work of each student, and what follows from all of it."""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grading.languages import read_words
from grading.marks import Marks
from grading.pages.exercises import Exercise, read_exercises
from grading.run.cells import read_notebook

Link = Callable[["Work", str], str]  # ``link(work, anchor)`` gives the address of a student's code, or ''
LEAST = 5  # a smaller group could tell who is meant, or tells nothing
HELP = 0.6  # who has a smaller share of an assignment's points may need help
BINS = 10
LETTER = re.compile(r"""return\s+["'](\w)["']""")


@dataclass
class Work:
    """What one student's notebook tells.

    shares:   {test or question: share of its points}
    checks:   {test or question: (exercise, check)}
    mistakes: [(exercise, anchor on the feedback page, hint)]
    blank:    exercises that were not answered
    unnamed:  [(exercise, anchor, check, problem)] where no mistake was recognised
    lost:     exercises with lost points
    letters:  {quiz question: option}
    person:   why a person must look, or ''
    id:       what formgrader calls it
    """

    student: str
    notebook: str
    points: float = 0.0
    most: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    checks: dict[str, tuple[str, str]] = field(default_factory=dict)
    mistakes: list[tuple[str, str, str]] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)
    unnamed: list[tuple[str, str, str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)
    person: str = ""
    seconds: float = 0.0
    sandbox: str = ""
    id: str = ""


def read_work(student: str, path: Path, marks: Marks, languages: Path) -> Work:
    """Return the Work of an autograded notebook; where it cannot be read, with the reason.

    languages: the folder with the languages of the course. A hint is the same mistake in each of them
    """
    work = Work(student, path.stem, id=marks.id)
    work.points = max(0.0, sum(mark.points for mark in marks.cells.values()) - marks.penalty)
    work.most = sum(mark.most for mark in marks.cells.values())
    try:
        notebook = read_notebook(path.read_text(encoding="utf-8"))
        grading = notebook.metadata.get("grading", {})
        words = replace(read_words(languages, grading.get("language", "")), checks={})
        exercises = read_exercises(notebook, marks, words)
    except Exception as error:
        work.person = f"{type(error).__name__}: the autograded notebook cannot be read"
        return work
    for number, exercise in enumerate(exercises, 1):
        exercise.hints = [words.hints.get(hint, hint) for hint in exercise.hints]
        _note(work, exercise, f"exercise-{number}")
    waiting = [exercise.name for exercise in exercises if exercise.waiting]
    work.person = grading.get("failed", "") or (f"points by hand: {', '.join(waiting)}" if waiting else "")
    work.seconds, work.sandbox = grading.get("seconds", 0.0), grading.get("sandbox", "")
    return work


def _note(work: Work, exercise: Exercise, anchor: str) -> None:
    for check in exercise.checks:
        if not check.mark.waiting and check.mark.most:
            work.shares[check.key] = check.mark.points / check.mark.most
            work.checks[check.key] = exercise.name, check.name
    if exercise.key.startswith("quiz-") and exercise.answer and not exercise.untouched:
        found = LETTER.findall(exercise.answer[0].source)
        work.letters[exercise.name] = found[-1].lower() if found else "other"
    if not exercise.lost:
        return
    work.lost.append(exercise.name)
    if exercise.untouched:
        work.blank.append(exercise.name)
    elif exercise.by_hand or exercise.key.startswith("quiz-"):
        return
    elif exercise.hints:
        work.mistakes += [(exercise.name, anchor, hint) for hint in exercise.hints]
    else:
        first = exercise.lost[0]
        name, problem = ("", exercise.stopped) if exercise.stopped else (first.name, first.problem)
        work.unnamed.append((exercise.name, anchor, name, problem))


@dataclass
class Item:
    """One test or question, or (without a check) an exercise as a whole.

    students:       how many were graded in it
    passed:         how many of them got all points
    share:          mean share of its points
    discrimination: correlation with the points in the rest, or None
    """

    exercise: str
    check: str
    students: int
    passed: int
    share: float
    discrimination: float | None = None
    doubt: str = ""


@dataclass
class Group:
    """Students who showed the same.

    students: {student: address of the code}
    example:  what the check said to the first of them, in full; '' for named mistakes
    """

    exercise: str
    text: str
    example: str = ""
    students: dict[str, str] = field(default_factory=dict)


def items(works: list[Work]) -> list[Item]:
    """Return an Item for each test and question, in the order of the notebook."""
    names = {key: name for work in works for key, name in work.checks.items()}
    found = []
    for key, (exercise, check) in names.items():
        pairs = [(w.shares[key], sum(w.shares.values()) - w.shares[key]) for w in works if key in w.shares]
        shares = [own for own, _ in pairs]
        item = Item(exercise, check, len(pairs), shares.count(1), statistics.fmean(shares), _correlation(pairs))
        if len(pairs) >= 2 * LEAST:
            item.doubt = _doubt(item)
        found.append(item)
    return found


def _doubt(item: Item) -> str:
    if item.discrimination is not None and item.discrimination < 0.1:
        return "who does well in the rest does no better here"
    return "hardly anybody passes" if item.share < 0.2 else ""


def _correlation(pairs: list[tuple[float, float]]) -> float | None:
    own, rest = zip(*pairs, strict=True)
    if len(pairs) < 2 or len(set(own)) < 2 or len(set(rest)) < 2:
        return None
    return statistics.correlation(own, rest)


def exercises(works: list[Work]) -> list[Item]:
    """Return an Item for each exercise, in the order of the notebook."""
    found: dict[str, list[list[float]]] = {}
    for work in works:
        mine = defaultdict(list)
        for key, share in work.shares.items():
            mine[work.checks[key][0]].append(share)
        for exercise, shares in mine.items():
            found.setdefault(exercise, []).append(shares)
    return [
        Item(name, "", len(all_), sum(min(s) == 1 for s in all_), statistics.fmean(map(statistics.fmean, all_)))
        for name, all_ in found.items()
    ]


def groups(works: list[Work], link: Link) -> tuple[list[Group], list[Group]]:
    """Return the named mistakes and the unnamed results, each ranked by how many students showed them."""
    named: dict[tuple[str, str], Group] = {}
    unnamed: dict[tuple[str, str], Group] = {}
    for work in works:
        for exercise, anchor, hint in work.mistakes:
            group = named.setdefault((exercise, hint), Group(exercise, hint))
            group.students.setdefault(work.student, link(work, anchor))
        for exercise, anchor, check, problem in work.unnamed:
            said = f"{check}: {problem}" if check else problem
            group = unnamed.setdefault((exercise, _alike(said)), Group(exercise, _alike(said), said))
            group.students.setdefault(work.student, link(work, anchor))
    return _ranked(named.values()), _ranked(unnamed.values())


def _alike(problem: str) -> str:
    """Return a problem without its numbers: results that differ in these alone are one cluster."""
    return re.sub(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", "…", problem)


def _ranked(found: Iterable[Group]) -> list[Group]:
    return sorted(found, key=lambda group: (-len(group.students), group.exercise, group.text))


def quiz(works: list[Work]) -> list[tuple[str, str, int, bool]]:
    """Return ``[(question, option, students, whether it is right)]``."""
    counts: Counter[tuple[str, str]] = Counter()
    right = set()
    for work in works:
        for question, letter in work.letters.items():
            counts[question, letter] += 1
            keys = [key for key, (exercise, _) in work.checks.items() if exercise == question]
            if keys and all(work.shares[key] == 1 for key in keys):
                right.add((question, letter))
    return [(question, option, n, (question, option) in right) for (question, option), n in sorted(counts.items())]


class Report:
    """The works of one assignment, and what follows from them.

    link, alias: of groups() above; ``alias(student)`` is the name to show
    points:      {student: (points, most)}
    help:        [(student, share, [(exercise, reason, address)])] of who may need a word
    missing:     who did not hand in
    person:      [(student, reason, address, id in formgrader)] of what needs a person
    """

    def __init__(
        self, name: str, works: list[Work], roster: Sequence[str], link: Link, alias: Callable[[str], str]
    ) -> None:
        self.name, self.works = name, works
        self.handed_in = sorted({work.student for work in works})
        self.missing = sorted(set(roster) - set(self.handed_in))
        self.items, self.exercises = items(works), exercises(works)
        self.mistakes, self.unnamed = groups(works, link)
        self.blank = Counter(exercise for work in works for exercise in work.blank)
        self.quiz = quiz(works)
        self.person = [(alias(w.student), w.person, link(w, "top"), w.id) for w in works if w.person]
        self.sandboxes = Counter(work.sandbox for work in works if work.sandbox)
        self.seconds = sorted(work.seconds for work in works)
        self.points: dict[str, tuple[float, float]] = {}
        for work in works:
            points, most = self.points.get(work.student, (0.0, 0.0))
            self.points[work.student] = points + work.points, most + work.most
        self.help = self._help(link, alias)

    def _help(self, link: Link, alias: Callable[[str], str]) -> list[tuple[str, float, list[tuple[str, str, str]]]]:
        found = []
        for work in sorted(self.works, key=lambda w: w.points / w.most if w.most else 0):
            share = work.points / work.most if work.most else 0
            if share < HELP:
                reasons = [(exercise, hint, link(work, anchor)) for exercise, anchor, hint in work.mistakes]
                reasons += [(exercise, problem, link(work, anchor)) for exercise, anchor, _, problem in work.unnamed]
                told = {exercise for exercise, *_ in reasons}
                rest = [exercise for exercise in work.lost if exercise not in told]
                reasons += [(exercise, "not answered" if exercise in work.blank else "", "") for exercise in rest]
                found.append((alias(work.student), share, reasons))
        return found

    @property
    def shares(self) -> dict[str, float]:
        """Return ``{student: share of the points}``."""
        return {student: points / most for student, (points, most) in self.points.items() if most}

    @property
    def bins(self) -> list[tuple[str, int]]:
        """Return ``[(label, students)]``: how many have which share of the points."""
        counts = Counter(min(int(BINS * share), BINS - 1) for share in self.shares.values())
        return [(f"{100 * i // BINS}–{100 * (i + 1) // BINS} %", counts[i]) for i in range(BINS)]

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Return the quartiles of the shares of those who handed in."""
        shares = list(self.shares.values())
        if not shares:  # of an assignment without points
            return 0.0, 0.0, 0.0
        lower, median, upper = statistics.quantiles(shares, method="inclusive") if len(shares) > 1 else shares * 3
        return lower, median, upper
