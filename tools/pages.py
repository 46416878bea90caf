"""Make the lessons into pages that can be read without Python: pictures inside, formulas typeset, no network.

    python -m tools.pages [FOLDER]

Each lesson is run. A picture with a slider is shown as it stands at first, with its text. Links between lessons
lead from page to page, and a link to an assignment leads to it in the course in the browser, whose folder
``lab/`` is expected beside ``FOLDER``.
"""

import argparse
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from markupsafe import Markup
from nbclient import NotebookClient
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbformat import NotebookNode
from tqdm import tqdm

from grading.pages import markup
from grading.pages.page import environment
from tools.notebooks import LESSONS, ROOT, lessons

TEXTS = {"README.md": "index.html", "glossary.md": "glossary.html"}
PICTURE = "image/png"
MOST_LETTERS_IN_LINE = 40  # of a formula's TeX: a longer one may be wider than a phone


def build(folder: Path) -> None:
    """Write the pages of all lessons, the map and the glossary into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in TEXTS.items():
        text = (LESSONS / name).read_text(encoding="utf-8")
        (folder / page).write_text(_page([nbformat.v4.new_markdown_cell(text)]), encoding="utf-8")
    for path in tqdm(lessons(), "pages"):
        (folder / f"{path.stem}.html").write_text(_page(run(path).cells), encoding="utf-8")


def run(path: Path) -> NotebookNode:
    """Return a lesson as a notebook with outputs."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as place:
        shutil.copy(LESSONS / "drawing.py", place)
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": place}}).execute()
    return notebook


def _page(cells: list[NotebookNode]) -> str:
    """Return a page of notebook cells as HTML."""
    (title,) = re.findall(r"\A# (.*)", cells[0].source)
    template = environment(Path(__file__).parent).get_template("lesson.html")
    return template.render(title=title, parts=[_part(cell) for cell in cells])


def _part(cell: NotebookNode) -> dict[str, Any]:
    """Return what the template shows of a cell."""
    if cell.cell_type == "markdown":
        renderer = _Renderer(escape=False, embed_images=True, path=str(LESSONS), exclude_anchor_links=True)
        html = MarkdownWithMath(renderer=renderer).render(cell.source)
        return {"text": Markup(re.sub("<table>.*?</table>", lambda found: _wide(found[0]), html, flags=re.DOTALL))}
    folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
    return {"code": Markup(markup.code(cell.source)), "folded": folded, "outputs": [_output(o) for o in cell.outputs]}


def _output(output: NotebookNode) -> dict[str, str]:
    """Return a picture with its text, or a text."""
    if output.output_type == "stream":
        return {"text": output.text}
    data = output.data
    if PICTURE in data:
        words = output.metadata.get(PICTURE, {}).get("alt", "")
        # What a slider says stands beside its picture; what follows a plain picture is an output of its own.
        said = data["text/plain"] if "application/vnd.jupyter.widget-view+json" in data else ""
        return {"picture": data[PICTURE].replace("\n", ""), "words": words, "text": said}
    return {"text": data.get("text/plain", "")}


class _Renderer(markup.FormulaRenderer):
    """Renders links so that they lead to pages or to the course in the browser, and lets what is wide be moved."""

    def inline_math(self, body: str) -> str:
        found = super().inline_math(body)
        return f'<span class="wide" tabindex="0">{found}</span>' if len(body) > MOST_LETTERS_IN_LINE else found

    def block_math(self, body: str) -> str:
        return _wide(super().block_math(body))

    def latex_environment(self, name: str, body: str) -> str:
        return _wide(super().latex_environment(name, body))

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, _address(url), title)


def _wide(html: str) -> str:
    return f'<div class="wide" tabindex="0">{html}</div>'


def _address(url: str) -> str:
    """Return where a link of a lesson leads on the pages."""
    place, mark, section = url.partition("#")
    if re.match(r"[a-z]+:", url) or not place:
        return url
    if place.startswith("../"):
        return f"../lab/index.html?path={quote(place.removeprefix('../'))}"
    return TEXTS.get(place, re.sub(r"\.ipynb$", ".html", place)) + mark + section


def main() -> None:
    """Write the pages."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], prog="python -m tools.pages")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "site" / "pages")
    folder = parser.parse_args().folder.resolve()
    build(folder)
    print(f"The pages are in {folder}. The first is index.html.")


if __name__ == "__main__":
    main()
