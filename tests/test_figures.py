"""Every picture of the course, and some of those behind each slider: no text is cut off, no panels overlap."""

import contextlib
import io
import os
import sys
from itertools import combinations

import nbformat
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tools.notebooks import assignments, lessons, notebook_path
from tools.running import in_fork

PATHS = {path.stem: path for path in [*map(notebook_path, assignments()), *lessons()]}


def faults(figure):
    """Return what is wrong with a figure, one line each."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    panels = [(ax.get_title(), ax.get_tightbbox(canvas.get_renderer())) for ax in figure.axes]
    for title, box in panels:
        if min(box.x0, box.y0) < -1 or box.x1 > figure.bbox.width + 1 or box.y1 > figure.bbox.height + 1:
            yield f"{title}: cut off"
    for (title, one), (other_title, other) in combinations(panels, 2):
        if min(one.x1, other.x1) > max(one.x0, other.x0) + 1 and min(one.y1, other.y1) > max(one.y0, other.y0) + 1:
            yield f"{title} and {other_title} overlap"


def drawn(path, most=5):
    """Run a notebook; return ``(number of its pictures, what is wrong with them)``.

    most: how many of the pictures behind a slider
    """
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))
    import drawing

    seen = []

    def savefig(figure, *arguments, **options):
        seen.append(list(faults(figure)))
        return draw(figure, *arguments, **options)

    draw, Figure.savefig = Figure.savefig, savefig
    drawing.slider = lambda draw, name, values, more=None, **options: [
        drawing._png(draw(value, *(choices[start] for choices, start in (more or {}).values()))[0])
        for value in values[:: max(1, len(values) // most)]
    ]
    names = {"display": lambda *data, **options: None}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("points"):
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.source, cell.id, "exec"), names)
    return len(seen), [fault for figure in seen for fault in figure]


def test_a_label_outside_of_its_picture_is_found():
    figure = Figure(figsize=(3, 2))
    figure.add_axes([0, 0, 1, 1]).set(title="a", ylabel="y")
    assert list(faults(figure)) == ["a: cut off"]


def test_panels_that_overlap_are_found():
    figure = Figure(figsize=(6, 4))
    for left, title in ((0.2, "a"), (0.4, "b")):
        figure.add_axes([left, 0.2, 0.4, 0.6]).set(title=title)
    assert list(faults(figure)) == ["a and b overlap"]


@pytest.mark.parametrize("name", PATHS)
def test_nothing_in_a_picture_is_cut_off_or_overlaps(name):
    number, found = in_fork(drawn, PATHS[name])
    assert number > 3 and found == []
