"""One student's feedback page, as HTML."""

import base64
import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup
from nbformat import NotebookNode
from traitlets import Bool, Unicode
from traitlets.config import Configurable

from grading.languages import ENGLISH, Words
from grading.marks import Marks
from grading.pages import markup
from grading.pages.exercises import Exercise, one_line, plain, read_exercises

# Of several lines.
DOCSTRING = re.compile(r"^([ \t]*)(\"{3}|'{3})(?:(?!\2).)*\n(?:(?!\2).|\n)*\2[ \t]*$", re.M)
LONG_CODE, LONG_BLOCK = 40, 8  # lines that are folded: of code, of one value in a message
MOST_LETTERS = 160  # of the mistake in a row
RIGHT_TO_LEFT, END_OF_ISOLATE = "\N{RIGHT-TO-LEFT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
ISOLATES = RIGHT_TO_LEFT, "\N{LEFT-TO-RIGHT ISOLATE}", "\N{FIRST STRONG ISOLATE}"
PICTURES = "image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"
TEMPLATES = Path(__file__).parent / "templates"


class FeedbackPage(Configurable):
    """The settings of feedback pages in nbgrader_config.py."""

    lesson_url = Unicode(
        help="Address of a place in a lesson, with {file} and {section}; without it, the page names the place only."
    ).tag(config=True)
    release_rubric = Bool(False, help="Show the mark scheme of questions that are graded by hand.").tag(config=True)


def render(
    notebook: NotebookNode,
    marks: Marks,
    names: dict[str, str],
    settings: FeedbackPage,
    key: str = "",
    folder: str = "",
    words: Words = ENGLISH,
) -> str:
    """Return the page of an autograded notebook.

    names:  {"student", "assignment", "notebook"}
    key:    content hash of all that decides the page, kept in it
    folder: of the notebook, for pictures that a text names by their file
    words:  of the language that the checks speak
    """
    exercises = read_exercises(notebook, marks, words)
    grading, cells = notebook.metadata.get("grading", {}), marks.cells.values()
    language = notebook.metadata.get("language_info", {}).get("name", "python")
    html = _template().render(
        **names,
        key=key,
        rows=sorted(exercises, key=_order),
        cards=[e for e in exercises if _is_told(e)],
        passed=[e for e in exercises if not _is_told(e) and not e.lost and not e.waiting],
        anchors={e.key: f"exercise-{number}" for number, e in enumerate(exercises, 1)},
        total=max(0, sum(mark.points for mark in cells) - marks.penalty),
        most=sum(mark.most for mark in cells),
        penalty=marks.penalty,
        waiting=sum(mark.most for mark in cells if mark.waiting),
        notes=[(words.notice(note), note) for note in [grading.get("failed"), *grading.get("notices", [])] if note],
        release_rubric=settings.release_rubric,
        shown=functools.partial(_shown, language=language, folder=folder, words=words),
        pictures=functools.partial(_pictures, words=words),
        lesson=functools.partial(_lesson, settings.lesson_url, words),
        words=words,
        say=words.say,
    )
    return markup.writable(html)


def _order(exercise: Exercise) -> int:
    return 0 if exercise.lost else 1 if exercise.waiting else 2


def _is_told(exercise: Exercise) -> bool:
    """Say whether an exercise has something to read, openly."""
    answered = not exercise.untouched
    return bool(exercise.comments or answered and (exercise.lost or exercise.waiting or exercise.by_hand))


def _lesson(url: str, words: Words, place: str) -> tuple[str, str]:
    """Return ``(title, address)`` of a place to read, "file#heading"; the address is '' where ``url`` is."""
    file, _, section = place.partition("#")
    section = words.places.get(place, section)
    title = ": ".join(filter(None, [Path(file).stem, section]))
    return title, url.format(file=quote(file), section=quote(section.replace(" ", "-"))) if url else ""


def _shown(cell: NotebookNode, language: str, folder: str, words: Words) -> Markup:
    """Return a cell of the student's with what it put out, as HTML."""
    if cell.cell_type == "markdown":
        text = markup.markdown(cell.source, cell.get("attachments"), folder)
        return Markup('<div class="text" dir="auto">{}</div>').format(Markup(text))
    # The text of the exercise is not repeated.
    code = Markup(markup.code(DOCSTRING.sub(r'\1"""..."""', cell.source), language))
    shown = Markup('<pre class="code"><code>{}</code></pre>').format(code)
    return shown + Markup().join(_output(output, words) for output in cell.get("outputs", []))


def _output(output: NotebookNode, words: Words) -> Markup:
    """Return an output of a student's cell as HTML."""
    if output.output_type == "stream":
        return Markup("<pre>{}</pre>").format(plain(output.text))
    if output.output_type == "error":
        return Markup('<pre class="error">{}</pre>').format(one_line(output))
    if picture := _picture(output, words):
        return picture
    data = output.data
    if "text/html" in data:
        return Markup('<div class="output">{}</div>').format(Markup(markup.clean(data["text/html"])))
    if "text/markdown" in data or "text/latex" in data:
        return Markup(markup.markdown(data.get("text/markdown") or data["text/latex"]))
    return Markup("<pre>{}</pre>").format(plain(data.get("text/plain", "")))


def _pictures(outputs: list[NotebookNode], words: Words) -> list[Markup]:
    return [picture for output in outputs if (picture := _picture(output, words))]


def _picture(output: NotebookNode, words: Words) -> Markup:
    """Return the picture of an output, with its text alternative; '' where it has none."""
    data = output.get("data", {})
    kind = next((kind for kind in PICTURES if kind in data), None)
    if kind is None:
        return Markup()
    content = data[kind]
    if kind == "image/svg+xml":
        content = base64.b64encode(markup.writable(content).encode()).decode()
    described = output.get("metadata", {}).get(kind, {})
    alt = described.get("alt") if isinstance(described, dict) else None
    picture = Markup('<img src="data:{};base64,{}" alt="{}">')
    return picture.format(kind, "".join(content.split()), alt or words.plain("no_description"))


def _from_right(line: str) -> bool:
    """Say whether a line of a check is a sentence that runs from right to left, and not a value behind a word."""
    depth = 0
    for place, letter in enumerate(line):
        depth += (letter in ISOLATES) - (letter == END_OF_ISOLATE)
        if not depth:
            return place == len(line) - 1 and line[0] == RIGHT_TO_LEFT
    return False


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS].rpartition(' ')[0]} ..."


def environment(*folders: Path) -> Environment:
    """Return the environment of all pages: feedback, the class, similar work; ``folders`` hold further templates."""
    loader = FileSystemLoader([TEMPLATES, *folders])
    made = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["percent"] = lambda share: f"{100 * share:.0f} %"
    made.globals["style"] = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    return made


@functools.cache
def _template() -> Template:
    made = environment()
    filters: dict[str, Callable[[Any], object]] = {
        "points": lambda number: f"{round(number, 2):g}",
        "markdown": lambda text: Markup(markup.markdown(text)),
        "bold": lambda text: Markup("<b>{}</b>").format(text),
        "short": _short,
    }
    made.filters |= filters
    made.tests["from_right"] = _from_right
    made.globals |= {"long_code": LONG_CODE, "long_block": LONG_BLOCK}
    return made.get_template("feedback.html")
