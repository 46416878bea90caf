"""One student's feedback: what stands on the page, from an autograded notebook and its marks.

An exercise is an answer cell with the test cells ``test-<its grade id>-<what>``. Any other graded
cell is an exercise of its own, with the answer cell before it. Cells may name a place to read in
their metadata: ``"lesson": "file.ipynb#Heading"``.
"""

import base64
import functools
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbgrader.preprocessors import ClearMarkScheme
from nbgrader.utils import compute_checksum, is_grade, is_solution, is_task
from traitlets import Bool, Unicode
from traitlets.config import Configurable

from grading import markup
from grading.rebuild import is_test

HINT = "Likely reason: "  # begins the line of a message that names the mistake
# Errors whose text is written for students; of any other, a student also has to know the kind.
SPEAKING = {"CheckFailed", "AssertionError", "NotPassed", ""}
# Of several lines.
DOCSTRING = re.compile(r"^([ \t]*)(\"{3}|'{3})(?:(?!\2).)*\n(?:(?!\2).|\n)*\2[ \t]*$", re.M)
LONG_CODE, LONG_BLOCK = 40, 8  # lines that are folded: of code, of one value in a message
MOST_LETTERS = 4_000  # of a message or an output
PICTURES = "image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"
TEMPLATES = Path(__file__).parent / "templates"


class FeedbackPage(Configurable):
    """The settings of feedback pages in nbgrader_config.py."""

    lesson_url = Unicode(
        help="Address of a place in a lesson, with {file} and {section}; without it, the page names the place only."
    ).tag(config=True)
    release_rubric = Bool(False, help="Show the mark scheme of questions that are graded by hand.").tag(config=True)


@dataclass(frozen=True)
class Check:
    """What one graded cell gave.

    name:    what it looks at ("shapes"); '' when the exercise has no other
    problem: what was wrong, in one line; '' where nothing was said
    details: the rest of the message: lines, each with the indented lines that follow it
    said:    what a passed quiz question printed: the reason
    """

    name: str
    points: float
    most: float
    waiting: bool
    problem: str = ""
    details: tuple[tuple[str, tuple[str, ...]], ...] = ()
    said: str = ""

    @property
    def lost(self):
        return not self.waiting and self.points < self.most


@dataclass
class Exercise:
    """One row of the page, and what stands below about it.

    anchor:    its id on the page
    by_hand:   whether a person gives the points
    hints:     the mistakes by name
    answer_id: grade id of the cell with the student's answer
    answer:    the student's code or text, as HTML
    lines:     of the code
    stopped:   the error that ended the cell, in one line
    untouched: whether the cell is as it was handed out
    same:      an earlier exercise with the same answer, which shows it
    pictures:  what the notebook drew before a written answer, as HTML
    """

    anchor: str
    name: str
    by_hand: bool = False
    checks: list[Check] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    answer_id: str | None = None
    answer: Markup = Markup()
    lines: int = 0
    stopped: str = ""
    untouched: bool = False
    same: "Exercise | None" = None
    pictures: list[Markup] = field(default_factory=list)
    comments: list[Markup] = field(default_factory=list)
    rubric: Markup = Markup()
    lesson: "Lesson | None" = None

    @property
    def points(self):
        return sum(check.points for check in self.checks)

    @property
    def most(self):
        return sum(check.most for check in self.checks)

    @property
    def lost(self):
        return [check for check in self.checks if check.lost]

    @property
    def failures(self):
        """Return ``{(problem, details): [Check]}``: what several checks say is said once."""
        groups = {}
        for check in self.lost:
            groups.setdefault((check.problem, check.details), []).append(check)
        return groups

    @property
    def right(self):
        return [check for check in self.checks if not check.lost and not check.waiting]

    @property
    def waiting(self):
        return any(check.waiting for check in self.checks)

    @property
    def order(self):
        return 0 if self.lost else 1 if self.waiting else 2

    @property
    def mistake(self):
        """Return the mistake in one short line."""
        if self.untouched:
            return "Not answered."
        return _short(next(filter(None, [*self.hints, self.stopped, *(check.problem for check in self.lost)]), ""))


@dataclass(frozen=True)
class Lesson:
    """A place to read. url: '' where the settings give none."""

    title: str
    url: str


def render(notebook, marks, names, settings, key="", folder=""):
    """Return the page as HTML.

    notebook: the autograded NotebookNode
    marks:    its grading.marks.Marks
    names:    {"student", "assignment", "notebook"}
    settings: FeedbackPage
    key:      content hash of all that decides the page, kept in it
    folder:   of the notebook, for pictures that a text names by their file
    """
    exercises = _Reader(notebook, marks, settings, folder).exercises()
    total, most = (sum(m.points for m in marks.cells.values()), sum(m.most for m in marks.cells.values()))
    grading = notebook.metadata.get("grading", {})
    html = _template().render(
        **names,
        key=key,
        rows=sorted(exercises, key=lambda exercise: exercise.order),
        cards=[e for e in exercises if _is_told(e)],
        passed=[e for e in exercises if not _is_told(e) and e.order == 2],
        total=max(0, total - marks.penalty),
        most=most,
        penalty=marks.penalty,
        waiting=sum(m.most for m in marks.cells.values() if m.waiting),
        notes=[text for text in [grading.get("failed"), *grading.get("notices", [])] if text],
    )
    return markup.writable(html)


def _is_told(exercise):
    """Say whether an exercise has something to read, openly."""
    answered = not exercise.untouched
    return bool(exercise.comments or answered and (exercise.lost or exercise.waiting or exercise.by_hand))


class _Reader:
    """Reads the exercises out of a notebook."""

    def __init__(self, notebook, marks, settings, folder):
        self._cells, self._marks, self._settings, self._folder = notebook.cells, marks, settings, folder
        self._language = notebook.metadata.get("language_info", {}).get("name", "python")
        self._answers = {_id(cell): cell for cell in self._cells if is_solution(cell) and not is_grade(cell)}

    def exercises(self):
        """Return the Exercises in the order of the notebook."""
        found = {}
        before = None  # the last answer cell
        for place, cell in enumerate(self._cells):
            if is_test(cell):
                owner = _owner(_id(cell), self._answers)
                key = owner or _id(cell)
                if key not in found:
                    found[key] = self._coded(key, owner or before, cell, found)
                self._add_check(found[key], cell, owner)
            elif is_grade(cell) or is_task(cell):
                found[_id(cell)] = self._written(len(found), cell, place)
            elif is_solution(cell):
                before = _id(cell)
        return self._commented(found)

    def _coded(self, key, answer_id, test, found):
        """Return the Exercise of a test cell, without its checks."""
        answer = self._defining(key, self._answers.get(answer_id))
        made = Exercise(f"exercise-{len(found) + 1}", _name(key, answer), answer_id=answer_id)
        made.lesson = self._lesson(answer if answer is not None and "lesson" in answer.metadata else test)
        if answer is not None:
            made.answer, made.lines = self._shown(answer), answer.source.count("\n") + 1
            made.stopped = next((_error(o) for o in answer.outputs if o.output_type == "error"), "")
            made.untouched = _is_untouched(answer)
            made.same = next((e for e in found.values() if e.answer_id == answer_id), None)
        return made

    def _defining(self, key, answer):
        """Return the cell with the answer: a student may have written it into another than was asked for."""
        others = [c for c in self._cells if c.cell_type == "code" and "nbgrader" not in c.metadata]
        if answer is None or _defined(key, answer):
            return answer
        return next((cell for cell in reversed(others) if _defined(key, cell)), answer)

    def _written(self, number, cell, place):
        """Return the Exercise of a cell that is graded by hand."""
        made = Exercise(f"exercise-{number + 1}", _id(cell).replace("-", " "), by_hand=True, answer_id=_id(cell))
        mark = self._marks.cells.get(_id(cell))
        if mark:
            made.checks.append(Check("", mark.points, mark.most, mark.waiting))
        made.lesson = self._lesson(cell)
        made.untouched = is_solution(cell) and _is_untouched(cell)
        if is_task(cell):
            made.answer = Markup().join(self._shown(c) for c in self._after(place))
        else:
            made.answer = self._shown(cell)
            made.pictures = [p for c in self._before(place) for p in _pictures(c)]
        if self._settings.release_rubric:
            made.rubric = self._rubric(place)
        return made

    def _before(self, place):
        """Return the cells between the last graded cell and this one."""
        cells = []
        for cell in reversed(self._cells[:place]):
            if is_grade(cell) or is_solution(cell) or is_task(cell):
                break
            cells.insert(0, cell)
        return cells

    def _after(self, place):
        """Return the cells that follow a task, to the next of nbgrader's."""
        cells = []
        for cell in self._cells[place + 1 :]:
            if "nbgrader" in cell.metadata:
                break
            cells.append(cell)
        return cells

    def _rubric(self, place):
        """Return the mark scheme in the cell or in the text before it, as HTML."""
        scheme = ClearMarkScheme()
        begin, end = scheme.begin_mark_scheme_delimeter, scheme.end_mark_scheme_delimeter
        for cell in [self._cells[place], *reversed(self._before(place))]:
            if begin in cell.source:
                scheme = cell.source.partition(begin)[2].partition(end)[0]
                return Markup(markup.markdown(scheme.strip("# \n")))
        return Markup()

    def _add_check(self, exercise, cell, owner):
        mark = self._marks.cells.get(_id(cell))
        if mark is None:
            return
        what = _id(cell).removeprefix(f"test-{owner}").strip("-").replace("-", " ") if owner else ""
        problem, details, said = "", (), ""
        if mark.points < mark.most:
            problem, details, hints = _message(cell, exercise.name)
            exercise.hints += [hint for hint in hints if hint not in exercise.hints]
        elif _id(cell).startswith("test-quiz-"):
            said = "".join(o.text for o in cell.outputs if o.output_type == "stream").strip()
        exercise.checks.append(Check(what, mark.points, mark.most, mark.waiting, problem, details, said))

    def _commented(self, found):
        """Return the exercises, with the comments where they belong."""
        exercises = list(found.values())
        for key, comment in self._marks.comments.items():
            exercise = next((e for e in exercises if e.answer_id == key), None)
            if exercise is None:  # an answer that nobody graded
                exercise = Exercise(f"exercise-{len(exercises) + 1}", key)
                exercises.append(exercise)
            exercise.comments.append(Markup(markup.markdown(comment)))
        return [e for e in exercises if e.checks or e.comments]

    def _lesson(self, cell):
        file, _, section = str(cell.metadata.get("lesson", "")).partition("#")
        if not file:
            return None
        place = {"file": quote(file), "section": quote(section.replace(" ", "-"))}
        url = self._settings.lesson_url.format(**place) if self._settings.lesson_url else ""
        return Lesson(": ".join(filter(None, [Path(file).stem, section])), url)

    def _shown(self, cell):
        """Return a cell of the student's with what it put out, as HTML."""
        if cell.cell_type == "markdown":
            text = markup.markdown(cell.source, cell.get("attachments"), self._folder)
            return Markup('<div class="text" dir="auto">{}</div>').format(Markup(text))
        # The text of the exercise is not repeated.
        code = Markup(markup.code(DOCSTRING.sub(r'\1"""..."""', cell.source), self._language))
        shown = Markup('<pre class="code"><code>{}</code></pre>').format(code)
        return shown + Markup().join(_output(o) for o in cell.get("outputs", []))


def _id(cell):
    return cell.metadata.nbgrader.grade_id


def _is_untouched(cell):
    ours = cell.metadata.get("nbgrader")
    return bool(ours) and ours.get("checksum") == compute_checksum(cell)


def _owner(test_id, answers):
    """Return the answer cell that ``test-<answer>-<what>`` belongs to, or None."""
    stem = test_id.removeprefix("test-") + "-"
    fitting = [a for a in answers if test_id.startswith("test-") and stem.startswith(f"{a}-")]
    return max(fitting, key=len, default=None)


def _name(key, answer):
    """Return the function or class that an exercise asks for, or its grade id."""
    return answer is not None and _defined(key, answer) or key


def _defined(key, cell):
    """Return the name that a cell defines and that an exercise is called after, or None."""
    plain = re.sub(r"[\W_]", "", key).lower()
    names = re.findall(r"^(?:def|class)\s+(\w+)", cell.source, re.M)
    return next((name for name in names if name.replace("_", "").lower() == plain), None)


def _message(cell, name):
    """Return ``(problem, details, hints)`` of a failed test."""
    error = next((o for o in cell.get("outputs", []) if o.output_type == "error"), None)
    if error is None:
        return "This check gave no result.", (), []
    text = _plain(error.evalue).strip()
    if error.ename not in SPEAKING or not text:
        text = f"The check stopped with {error.ename}: {text}".rstrip(": ")
    if text.startswith(f"{name}: "):
        text = _sentence(text.removeprefix(f"{name}: "))
    lines = text.split("\n")
    hints = [line.removeprefix(HINT) for line in lines if line.startswith(HINT)]
    problem, *rest = [line for line in lines if not line.startswith(HINT)] or [""]
    return problem, _blocks(rest), hints


def _blocks(lines):
    """Return ``((line, indented lines that follow it), ...)``."""
    blocks = []
    for line in lines:
        if blocks and line.startswith(" "):
            blocks[-1][1].append(line)
        else:
            blocks.append((line, []))
    return tuple((first, tuple(rest)) for first, rest in blocks)


def _sentence(text):
    """Return ``text`` with a capital, unless it begins with a name of the code."""
    return text[:1].upper() + text[1:] if text.split(" ", 1)[0].isalpha() else text


def _error(output):
    """Return the error of a student's cell in one line."""
    text = f"{output.ename}: {_plain(output.evalue)}".rstrip(": ")
    return re.sub(r"\(<[^>]*>, (line \d+)\)", r"(\1)", text)


def _output(output):
    """Return an output of a student's cell as HTML."""
    if output.output_type == "stream":
        return Markup("<pre>{}</pre>").format(_plain(output.text))
    if output.output_type == "error":
        return Markup('<pre class="error">{}</pre>').format(_error(output))
    if picture := _picture(output):
        return picture
    data = output.data
    if "text/html" in data:
        return Markup('<div class="output">{}</div>').format(Markup(markup.clean(data["text/html"])))
    if "text/markdown" in data or "text/latex" in data:
        return Markup(markup.markdown(data.get("text/markdown") or data["text/latex"]))
    return Markup("<pre>{}</pre>").format(_plain(data.get("text/plain", "")))


def _pictures(cell):
    outputs = [o for o in cell.get("outputs", []) if o.output_type in ("display_data", "execute_result")]
    return [picture for picture in map(_picture, outputs) if picture]


def _picture(output):
    """Return the picture of an output, with its text alternative, or None."""
    kind = next((kind for kind in PICTURES if kind in output.data), None)
    if kind is None:
        return None
    content = output.data[kind]
    if kind == "image/svg+xml":
        content = base64.b64encode(content.encode()).decode()
    described = output.get("metadata", {}).get(kind, {})
    alt = described.get("alt") if isinstance(described, dict) else None
    return Markup('<img src="data:{};base64,{}" alt="{}">').format(
        kind, "".join(content.split()), alt or "A picture without a description"
    )


def _plain(text):
    """Return text of a student without terminal codes and without the folders of the grading machine."""
    text = strip_ansi(text)
    text = text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} ..."
    return re.sub(r"(?<![\w/:.])(?:/[\w.+@-]+){2,}/([\w.+@-]+)", r".../\1", text)


def _short(text, most=160):
    return text if len(text) <= most else f"{text[:most].rpartition(' ')[0]} ..."


@functools.cache
def _template():
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["points"] = lambda number: f"{round(number, 2):g}"
    environment.globals |= {"long_code": LONG_CODE, "long_block": LONG_BLOCK}
    environment.globals["style"] = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    return environment.get_template("feedback.html")
