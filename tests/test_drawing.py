"""The drawing module that lessons and assignments share."""

import builtins
import re
import sys

import ipywidgets
import numpy as np
import pytest
from lesson_run import load_drawing
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure


@pytest.fixture
def drawing(monkeypatch):
    monkeypatch.setitem(sys.modules, "drawing", module := load_drawing())
    return module


@pytest.fixture
def shown(drawing, monkeypatch):
    """What the module displays."""
    found = []
    monkeypatch.setattr(drawing, "display", lambda data, **named: found.append((data, named)))
    return found


@pytest.fixture
def made(monkeypatch):
    """The widgets that are made, by kind."""
    found = {}

    def noted(kind, made):
        def make(*given, **named):
            widget = made(*given, **named)
            found.setdefault(kind, []).append(widget)
            return widget

        return make

    for kind in ("SelectionSlider", "Button", "Image", "HTML", "Play"):
        monkeypatch.setattr(ipywidgets, kind, noted(kind, getattr(ipywidgets, kind)))
    return found


def draw(drawing, calls):
    def drawn(value):
        calls.append(value)
        figure, ax = drawing.axes("a line", "x", "y")
        ax.plot([0, 1], [0, value])
        return figure, f"the line rises by {value} < 9"

    return drawn


def luminance(colour):
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


def as_seen(colour, matrix):
    """The colour as a dichromat sees it, by Vienot, Brettel and Mollon (1999)."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return matrix @ np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def test_axes_are_those_of_matplotlib(drawing):
    figure, ax = drawing.axes("a", "x", "y")
    _, panels = drawing.axes(["a", "b"], "x", "y", columns=2)
    assert type(figure) is Figure and all(type(panel) is Axes for panel in (ax, *panels))
    assert [panel.get_title() for panel in panels] == ["a", "b"]


def test_what_matplotlib_returns_can_be_used(drawing):
    figure, ax = drawing.axes("a", "x", "y")
    (line,) = ax.plot([1, 2, 3], label="line")
    marks = ax.scatter([0, 1], [1, 2], c=[5.0, 9.0])
    assert line.get_ydata().tolist() == [1, 2, 3]
    assert figure.colorbar(marks, ax=ax).mappable.get_clim() == (5, 9)
    ax.legend().set_title("a legend")
    assert ax.get_legend().get_title().get_text() == "a legend"


@pytest.mark.parametrize("y", [[1, 2], None, 3.0], ids=repr)
def test_numbers_that_do_not_fit_are_an_error_where_they_are_given(drawing, y):
    figure, ax = drawing.axes("a", "x", "y")
    with pytest.raises(ValueError, match="must have same first dimension|must not be None"):
        drawing.lines(ax, np.arange(3), {"curve": y})


PLANES = np.array([[1.0, 0.3, 0.0], [-0.6, 1.0, 0.2], [-0.5, -0.9, 0.1], [0.1, 0.1, 0.9]])
CORNERS = np.array([[-2.0, -2.0], [2.0, -1.5], [1.0, 2.0], [-1.5, 1.0]])


def plane_scores(G, K):
    return G @ PLANES[:K, :2].T + PLANES[:K, 2]


def borders(drawing, scores, K):
    """Return the points of all borders, one array for each stroke."""
    _, ax = drawing.axes("a", "x", "y")
    drawing.decision_regions(ax, scores, CORNERS, np.arange(4) % K)
    drawn = [c for c in ax.collections if isinstance(c, ContourSet) and not c.filled]
    return [stroke for c in drawn for path in c.get_paths() for stroke in path.to_polygons(closed_only=False)]


@pytest.mark.parametrize("K", [2, 3, 4])
def test_a_border_lies_where_two_scores_are_largest(drawing, K):
    for stroke in borders(drawing, lambda G: plane_scores(G, K), K):
        *_, second, first = np.sort(plane_scores(stroke, K)).T
        assert np.all(first - second < 1e-2)


@pytest.mark.parametrize("K", [2, 3, 4])
def test_each_border_is_drawn_once(drawing, K):
    strokes = borders(drawing, lambda G: plane_scores(G, K), K)
    pairs = [tuple(sorted(np.argsort(plane_scores(s, K).mean(axis=0))[-2:])) for s in strokes]
    assert pairs and len(pairs) == len(set(pairs))


def test_one_score_tells_two_classes_apart(drawing):
    difference = PLANES[1] - PLANES[0]
    one = borders(drawing, lambda G: G @ difference[:2] + difference[2], 2)
    two = borders(drawing, lambda G: plane_scores(G, 2), 2)
    assert np.allclose(np.concatenate(one), np.concatenate(two), atol=1e-6)


@pytest.mark.parametrize("width", [4.2, 6.4])
def test_the_legend_of_regions_lies_above_them(drawing, width):
    figure, ax = drawing.axes("regions", "x", "y", width=width)
    X = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])
    drawing.decision_regions(ax, lambda G: plane_scores(G, 3), X, np.arange(3))
    figure.draw_without_rendering()
    legend = ax.get_legend().get_window_extent()
    top = drawing.grid_around(X)[1].max()
    assert ax.transData.inverted().transform(legend.min)[1] >= top
    assert ax.bbox.x0 <= legend.x0 < legend.x1 <= ax.bbox.x1


def test_a_region_without_an_end_has_no_border(drawing, recwarn):
    assert borders(drawing, lambda G: np.ones(len(G)), 2) == []
    assert [str(w.message) for w in recwarn] == []


def test_a_slider_moves_the_picture_and_the_words(drawing, shown, made):
    drawing.slider(draw(drawing, []), "rise", [1, 2, 3])
    before = made["Image"][0].value
    made["SelectionSlider"][0].index = 2
    assert made["Image"][0].value != before
    assert made["HTML"][0].value == '<p dir="ltr">In words: the line rises by 3 &lt; 9</p>'


def test_the_buttons_step_and_stop_at_the_ends(drawing, shown, made):
    drawing.slider(draw(drawing, []), "rise", [1, 2, 3], start=1)
    back, forth = made["Button"]
    positions = []
    for button in (forth, forth, back, back, back):
        button.click()
        positions.append(made["SelectionSlider"][0].index)
    assert positions == [2, 2, 1, 0, 0]


def test_a_value_is_drawn_once(drawing, shown, made):
    calls = []
    drawing.slider(draw(drawing, calls), "rise", [1, 2], play=True)
    for index in (1, 0, 1, 0):
        made["SelectionSlider"][0].index = index
    assert calls == [1, 2]
    assert made["Play"][0].max == 1


def test_further_sliders_give_their_values_too(drawing, shown, made):
    calls = []

    def drawn(step, units, examples):
        calls.append((step, units, examples))
        return drawing.axes("", "", "")[0], f"{units} units and {examples} examples after {step} steps"

    more = {"units": ([1, 4], 0), "examples": ([80, 320], 1)}
    drawing.slider(drawn, "step", [1, 2], start=1, more=more)
    made["SelectionSlider"][1].index = 1
    made["SelectionSlider"][0].index = 0
    assert calls == [(2, 1, 320), (2, 4, 320), (1, 4, 320)]
    assert made["HTML"][0].value == '<p dir="ltr">In words: 4 units and 320 examples after 1 steps</p>'
    assert [bar.description for bar in made["SelectionSlider"]] == ["step", "units", "examples"]


def test_a_slider_brings_a_still_picture_for_readers_without_widgets(drawing, shown):
    drawing.slider(draw(drawing, []), "rise", [1, 2], start=1)
    ((data, named),) = shown
    assert data["image/png"] and data["text/plain"] == "In words: the line rises by 2 < 9"
    assert named["metadata"]["image/png"]["alt"] == "the line rises by 2 < 9"


def test_without_ipywidgets_a_slider_is_a_still_picture(drawing, shown, monkeypatch):
    whole = builtins.__import__

    def without(name, *rest):
        if name == "ipywidgets":
            raise ImportError(name)
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    drawing.slider(draw(drawing, []), "rise", [1, 2], start=1)
    _, (said, _) = shown
    assert said["text/plain"] == "In words: the line rises by 2 < 9"


def test_the_graph_shows_known_values_and_slopes_only(drawing):
    figure, ax = drawing.axes("a graph", "", "")
    nodes = {"x": (0, 0, 3, None), "z": (2.4, 0, 6, 1), "L": (4.8, 0, None, None)}
    drawing.computational_graph(ax, nodes, {("x", "z"): 2, ("z", "L"): 1}, current="z")
    texts = [text.get_text() for text in ax.texts]
    assert {"→ 3", "→ 6", "← 1"} <= set(texts)
    assert [text for text in texts if text.startswith("×")] == ["× 1"]  # the slope of x is not known yet


def test_layer_shapes_names_every_array_with_its_shape(drawing):
    figure, ax = drawing.axes("shapes", "", "")
    drawing.layer_shapes(ax, {"m": 5, "n": 3, "h": 4, "K": 2})
    texts = " ".join(text.get_text() for text in ax.texts)
    assert re.findall(r"\w+(?:\.T)? \(.*?\)", texts) == [
        *("X (m, n)", "W1.T (n, h)", "b1 (h,)", "Z1 (m, h)", "A1 (m, h)"),
        *("A1 (m, h)", "W2.T (h, K)", "b2 (K,)", "Z2 (m, K)", "P (m, K)"),
    ]


# Rows: linear red, green, blue as seen without red (protan) and without green (deutan) cones.
PROTAN = np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]])
DEUTAN = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])


@pytest.mark.parametrize("matrix", [np.eye(3), PROTAN, DEUTAN], ids=["all cones", "no red", "no green"])
def test_colours_of_forward_and_backward_and_of_classes_stay_apart(drawing, matrix):
    for a, b in [("BLUE", "RED"), ("BLUE", "ORANGE"), ("ORANGE", "GREEN"), ("BLUE", "GREEN")]:
        distance = np.abs(as_seen(getattr(drawing, a), matrix) - as_seen(getattr(drawing, b), matrix)).max()
        assert distance > 0.1, (a, b)


def test_colours_of_text_stand_out_from_white(drawing):
    for name in ("BLUE", "RED"):
        assert 1.05 / (luminance(getattr(drawing, name)) + 0.05) > 3, name
