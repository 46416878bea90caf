"""Run a lesson in this process, with its pictures caught instead of shown."""

import contextlib
import importlib.util
import io
import sys
from dataclasses import dataclass, field

import nbformat
import pytest

from tools.notebooks import LESSONS


@dataclass
class Run:
    """What the run of a lesson gave, by the ids of its cells.

    after:   ``{cell: the variables after it}``
    words:   ``{cell: the text of its picture}``, with a slider ``{cell: {value: text}}``
    sliders: ``{cell: (draw, values, index of the first one)}``
    printed: ``{cell: what it prints}``
    """

    after: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)
    sliders: dict = field(default_factory=dict)
    printed: dict = field(default_factory=dict)

    @property
    def names(self):
        """The variables after the last cell."""
        return list(self.after.values())[-1]


def load_drawing():
    """Return the module lessons/drawing.py, newly made."""
    spec = importlib.util.spec_from_file_location("drawing", LESSONS / "drawing.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_lesson(name):
    """Return the Run of all code cells of a lesson."""
    run, names, drawing = Run(), {}, load_drawing()
    drawing.show = lambda figure, words: run.words.update({cell.id: words})

    def slider(draw, name, values, start=0, play=False, more=None):
        others = [choices[start] for choices, start in (more or {}).values()]
        run.sliders[cell.id] = draw, values, start
        run.words[cell.id] = {value: draw(value, *others)[1] for value in values}

    drawing.slider = slider
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "drawing", drawing)
        for cell in nbformat.read(LESSONS / f"{name}.ipynb", as_version=4).cells:
            if cell.cell_type == "code":
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    exec(compile(cell.source, cell.id, "exec"), names)
                run.printed[cell.id] = out.getvalue()
                run.after[cell.id] = dict(names)
    return run
