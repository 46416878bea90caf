"""The pictures of the course: one visual style, a title, labelled axes and a text for each.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart;
line styles and marker shapes repeat what the colours say.
"""

import base64
import functools
import html
import io
import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from IPython.display import Image, display
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch
from numpy.typing import ArrayLike

BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, BLACK = COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#000000",
)
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")
STYLE = {
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.titley": 1.0,  # no search for a place above the ticks, which takes time
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 2,
}
DIRECTION = "ltr"  # of the words of a picture
# In another language a font may stand here, with the letters that matplotlib's own does not have.
for path in Path(__file__).parent.glob("fonts/*.ttf"):
    font_manager.fontManager.addfont(path)
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it has no bold letters: no word about that
    matplotlib.rcParams["font.family"] = ["DejaVu Sans", font_manager.FontProperties(fname=path).get_name()]


class Messages:
    """What pictures say of themselves: templates with named fields, each to be edited or translated as a whole."""

    IN_WORDS = "In words: {words}"
    CLASS = "class {label}"
    LOSS = "loss"
    FORWARD = "→ forward: the values"
    BACKWARD = "← backward: the slopes of the loss"
    LAST_VALUE = "back"
    NEXT_VALUE = "next"


def axes(
    title: str | Sequence[str],
    x_label: str | Sequence[str],
    y_label: str | Sequence[str],
    columns: int = 1,
    width: float | None = None,
    height: float = 4.2,
    beside: float = 0,
) -> tuple[Figure, Any]:
    """Return a figure and its axes: one, or an array of ``columns`` side by side.

    With several columns give a list of titles, and lists of labels where they differ. An empty
    label takes no room. Width, height and ``beside``, the room for a legend at the right, are in inches.
    """
    titles, x_labels, y_labels = ([t] * columns if isinstance(t, str) else t for t in (title, x_label, y_label))
    width = width or (6.4 if columns == 1 else 4.3 * columns)
    left, bottom = 0.95 if any(y_labels) else 0.15, 0.65 if any(x_labels) else 0.15
    top, right = 0.25 + 0.25 * max(text.count("\n") + 1 for text in titles), 0.15 + beside
    gap = max(left, 0.3)
    panel = (width - left - right - gap * (columns - 1)) / columns
    # Fixed margins: to measure all texts first, as matplotlib's layouts do, takes as long as drawing.
    margins = {"left": left / width, "right": 1 - right / width, "bottom": bottom / height, "top": 1 - top / height}
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        panels = figure.subplots(1, columns, squeeze=False, gridspec_kw=margins | {"wspace": gap / panel})[0]
        for ax, title, x_label, y_label in zip(panels, titles, x_labels, y_labels, strict=True):
            ax.set(title=title, xlabel=x_label, ylabel=y_label)
            ax.locator_params(nbins=6)
    return figure, panels[0] if columns == 1 else panels


def show(figure: Figure, words: str) -> None:
    """Display a figure with ``words``, which say the same to a reader who cannot see it."""
    display(Image(_png(figure), format="png", alt=words))
    say(words)


def say(words: str) -> None:
    """Display what a picture shows. As HTML, since Jupyter breaks printed lines within words."""
    plain = Messages.IN_WORDS.format(words=words)
    display({"text/html": _spoken(words), "text/plain": plain}, raw=True)


def slider(
    draw: Callable[..., tuple[Figure, str]],
    name: str,
    values: Sequence[Any],
    start: int = 0,
    play: bool = False,
    more: dict[str, tuple[Sequence[Any], int]] | None = None,
) -> None:
    """Display ``draw(value) -> (figure, words)`` with a slider over ``values``, and buttons to step.

    name: what the slider changes, a few words
    start: the index of the value that is shown first, and alone where widgets are not available
    play: also offer to run through all values, as an animation
    more: ``{name: (values, start)}`` of further sliders, whose values ``draw`` takes after the first
    """
    choices = {name: (values, start)} | (more or {})
    first = [values[start] for values, start in choices.values()]
    try:
        import ipywidgets
    except ImportError:
        return show(*draw(*first))

    @functools.cache  # a value that was shown before is shown at once: an animation can keep up
    def rendered(*chosen):
        figure, words = draw(*chosen)
        return _png(figure), words

    png, words = rendered(*first)
    bars = [
        ipywidgets.SelectionSlider(
            options=[(str(value), value) for value in values],
            index=start,
            description=name,
            continuous_update=place == 0,  # what is behind the others can take a second: wait until they are let go
            style={"description_width": "initial"},
            layout={"width": "60%", "margin": "2px 12px"},
        )
        for place, (name, (values, start)) in enumerate(choices.items())
    ]
    bar = bars[0]
    picture = ipywidgets.Image(value=png, format="png", layout={"align_self": "flex-start", "max_width": "100%"})
    text = ipywidgets.HTML(_spoken(words))
    names = (Messages.LAST_VALUE, Messages.NEXT_VALUE)
    back, forth = (
        ipywidgets.Button(description=label, layout={"width": "auto", "min_width": "5em"}) for label in names
    )
    back.on_click(lambda _: setattr(bar, "index", max(bar.index - 1, 0)))
    forth.on_click(lambda _: setattr(bar, "index", min(bar.index + 1, len(values) - 1)))
    controls = [back, forth, bar]
    if play:
        player = ipywidgets.Play(value=start, max=len(values) - 1, interval=400)
        ipywidgets.jslink((player, "value"), (bar, "index"))
        controls.insert(0, player)

    def redraw(_):
        png, words = rendered(*(bar.value for bar in bars))
        picture.value, text.value = png, _spoken(words)

    for each in bars:
        each.observe(redraw, "index")
    box = ipywidgets.VBox([ipywidgets.HBox(controls), *bars[1:], picture, text])
    still = {"image/png": base64.b64encode(png).decode(), "text/plain": Messages.IN_WORDS.format(words=words)}
    display(box._repr_mimebundle_() | still, raw=True, metadata={"image/png": {"alt": words}})


def _png(figure):
    png = io.BytesIO()
    # With level 3 drawing is up to a tenth faster than with the usual 6, and files are about a fifth larger at most.
    figure.savefig(png, format="png", dpi=90, pil_kwargs={"compress_level": 3})
    return png.getvalue()


def _spoken(words):
    return f'<p dir="{DIRECTION}">{Messages.IN_WORDS.format(words=html.escape(words))}</p>'


def lines(ax: Axes, x: ArrayLike, curves: Mapping[str, ArrayLike], markers: bool = False) -> None:
    """Draw each ``label: y`` of the dict ``curves`` over ``x``, with a legend."""
    for i, (label, y) in enumerate(curves.items()):
        ax.plot(
            x,
            y,
            label=label,
            color=COLOURS[i % 6],
            linestyle=LINES[i % len(LINES)],
            marker=MARKERS[i % len(MARKERS)] if markers else None,
        )
    ax.legend()


def points(ax: Axes, X: np.ndarray, y: np.ndarray, names: Sequence[str] | None = None) -> None:
    """Draw points ``X (m, 2)``, each class of ``y (m,)`` with its own colour and marker."""
    for i, label in enumerate(np.unique(y)):
        ax.scatter(
            *X[y == label].T,
            s=36,
            color=COLOURS[i],
            marker=MARKERS[i],
            edgecolor="black",
            linewidth=0.6,
            label=names[i] if names else Messages.CLASS.format(label=label),
        )
    ax.legend(loc="best")


def grid_around(X: np.ndarray, margin: float = 0.5, steps: int = 240) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(xx, yy, G)``: a mesh around the points ``X (m, 2)`` and its rows ``G (steps**2, 2)``."""
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    xx, yy = np.meshgrid(*(np.linspace(a, b, steps) for a, b in zip(low, high, strict=True)))
    return xx, yy, np.column_stack([xx.ravel(), yy.ravel()])


def decision_regions(
    ax: Axes,
    scores: Callable[[np.ndarray], ArrayLike],
    X: np.ndarray,
    y: np.ndarray,
    names: Sequence[str] | None = None,
) -> None:
    """Shade which class has the largest score where, and draw the points ``X (m, 2)``, ``y (m,)`` on top.

    scores: function of points ``(g, 2)``; it returns ``(g, K)`` scores of K classes,
        or ``(g,)`` scores of the second of two classes, which has the points with a score above 0
    """
    xx, yy, G = grid_around(X)
    S = np.asarray(scores(G), dtype=float)
    S = (np.column_stack([-S, S]) if S.ndim == 1 else S).T.reshape(-1, *xx.shape)
    for k, colour in enumerate(COLOURS[: len(S)]):
        lead = S[k] - np.delete(S, k, axis=0).max(axis=0)
        ax.contourf(xx, yy, lead, [0, np.inf], colors=[colour], alpha=0.25)
    for k in range(1, len(S)):  # the border with the classes before k, so that each is drawn once
        lead = S[k] - S[:k].max(axis=0)
        lead[S.argmax(axis=0) > k] = np.nan
        if np.nanmin(lead) < 0 < np.nanmax(lead):
            ax.contour(xx, yy, lead, [0], colors="black", linewidths=1.5)
    points(ax, X, y, names)
    low, high = yy[0, 0], yy[-1, 0]
    ax.set_ylim(low, high + 0.15 * (high - low))  # room for the legend, which covers neither points nor borders
    ax.legend(loc="upper center", ncols=len(S), columnspacing=1, handlelength=1, handletextpad=0.3)


def border_and_losses(
    titles: Sequence[str],
    scores: Callable[[np.ndarray], ArrayLike],
    X: np.ndarray,
    y: np.ndarray,
    times: ArrayLike,
    losses: Mapping[str, ArrayLike],
    x_label: str,
) -> tuple[Figure, Axes]:
    """Return a figure of what a model has learned (left, see ``decision_regions``) and of its losses (right).

    titles: of the two panels
    times, losses: the curves ``{label: values}`` of the losses up to now, over ``times``
    """
    figure, (left, right) = axes(titles, ["$x_1$", x_label], ["$x_2$", Messages.LOSS], columns=2, width=9.6)
    decision_regions(left, scores, X, y)
    lines(right, times, losses, markers=True)
    return figure, right


def descent_paths(
    ax: Axes,
    f: Callable[[np.ndarray], float],
    paths: Mapping[str, ArrayLike],
    limits: tuple[float, float, float, float],
    levels: int = 20,
) -> None:
    """Draw the contours of ``f(theta)`` over two parameters, and each ``label: history (t, 2)``.

    limits: ``(x_low, x_high, y_low, y_high)``
    """
    xx, yy = np.meshgrid(np.linspace(*limits[:2], 80), np.linspace(*limits[2:], 80))
    zz = np.array([[f(np.array([a, b])) for a, b in zip(*row, strict=True)] for row in zip(xx, yy, strict=True)])
    ax.contour(xx, yy, zz, levels, colors="0.65", linewidths=1)
    for i, (label, path) in enumerate(paths.items()):
        ax.plot(*np.asarray(path).T, label=label, color=COLOURS[i], marker=MARKERS[i], markersize=4)
    ax.axis(limits)
    ax.legend()


def computational_graph(
    ax: Axes,
    nodes: Mapping[str, tuple[float, float, float | None, float | None]],
    edges: Mapping[tuple[str, str], float],
    notes: Mapping[str, str] | None = None,
    current: str | None = None,
) -> None:
    """Draw a computation: its values on the way forward in blue, the slopes on the way back in red.

    nodes: ``{name: (x, y, value, slope)}``; None stands for a number that is not known yet.
        A box is 1.5 wide and 1 high, so leave about 2.4 between two centres.
    edges: ``{(start, end): factor}``; the factor is the slope of ``end`` with respect to ``start``
    notes: ``{name: text}``, what is written under a box
    current: the name of the box to point out

    A solid blue arrow leads to every known value, a dashed red one with its factor to every known slope.
    """
    for name, (x, y, value, slope) in nodes.items():
        look = ("#FFF6C9", BLACK, 2.5) if name == current else ("white", "0.6", 1.2)
        style = dict(zip(("facecolor", "edgecolor", "linewidth"), look, strict=True))
        corners = "round,pad=0,rounding_size=0.12"
        ax.add_patch(FancyBboxPatch((x - 0.75, y - 0.5), 1.5, 1, boxstyle=corners, zorder=3, **style))
        ax.text(x - 0.5, y, f"${name}$", size=15, ha="center", va="center", zorder=4)
        for number, sign, colour, up in ((value, "→", BLUE, 0.22), (slope, "←", RED, -0.22)):
            if number is not None:
                text = f"{sign} {_short(number)}"
                ax.text(x - 0.25, y + up, text, size=11, color=colour, weight="bold", va="center", zorder=4)
        ax.text(x, y - 0.56, (notes or {}).get(name, ""), size=11, color="0.3", ha="center", va="top", zorder=4)
    for (start, end), factor in edges.items():
        centres = np.array([nodes[start][:2], nodes[end][:2]], dtype=float)
        across, up = along = centres[1] - centres[0]
        inside = min(0.8 / abs(across) if across else 1, 0.55 / abs(up) if up else 1)  # part of the way in a box
        tail, head = centres + along * inside * [[1], [-1]]
        side = np.array([up, -across]) / np.hypot(across, up)  # where the arrow back runs, with its factor
        known = nodes[end][2] is not None
        _arrow(ax, tail, head, arrowstyle="-|>", color=BLUE if known else "0.75")
        if nodes[start][3] is not None:
            dashes = {"linestyle": (0, (4, 2)), "connectionstyle": "arc3,rad=-0.15"}
            _arrow(ax, head + 0.16 * side, tail + 0.16 * side, arrowstyle="->", color=RED, **dashes)
            place = (tail + head) / 2 + side * (0.64, 0.48)
            text = f"× {_short(factor)}"
            ax.text(*place, text, color=RED, size=11, ha="center", va="center", zorder=5)
    keys = (("-", BLUE, Messages.FORWARD), ("--", RED, Messages.BACKWARD))
    ax.legend([Line2D([], [], linestyle=s, color=c) for s, c, _ in keys], [t for *_, t in keys], loc="lower left")
    _only_boxes(ax, *zip(*(node[:2] for node in nodes.values()), strict=True), margin=0.85)


def _short(number):
    return f"{round(number, 3) + 0:g}".replace("-", "\N{MINUS SIGN}")


def _arrow(ax, start, end, **style):
    style |= {"linewidth": 1.8, "mutation_scale": 16, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style)


def _only_boxes(ax, x, y, margin):
    ax.set_aspect("equal")
    ax.set(xlim=(min(x) - margin, max(x) + margin), ylim=(min(y) - margin, max(y) + margin))
    ax.set_axis_off()


def layer_shapes(ax: Axes, sizes: Mapping[str, int]) -> None:
    """Draw ``Z = X @ W.T + b`` for each layer: every array as a box of cells, with its shape.

    sizes: ``{letter: number}``, the number of examples, of features, then of units in each layer,
        for example ``{"m": 5, "n": 3, "h": 4, "K": 2}``

    With several layers an arrow leads from each Z to what the activation ``a``, or at last the softmax, makes of it.
    """
    (m, rows), *units = sizes.items()
    right: list[float] = []
    y = 0.0
    for layer, ((n, inputs), (k, outputs)) in enumerate(pairwise(units), 1):
        number = str(layer) if len(units) > 2 else ""
        last = layer == len(units) - 1
        arrays = [
            ("X" if layer == 1 else f"A{layer - 1}", f"({m}, {n})", rows, inputs, SKY, "@"),
            (f"W{number}.T", f"({n}, {k})", inputs, outputs, ORANGE, "+"),
            (f"b{number}", f"({k},)", 1, outputs, ORANGE, "="),
            (f"Z{number}", f"({m}, {k})", rows, outputs, SKY, "→" if number else ""),
        ]
        if number:
            arrays.append(("P" if last else f"A{layer}", f"({m}, {k})", rows, outputs, SKY, ""))
        x, y = 0.0, y - max(rows, inputs) / 2
        for name, shape, high, wide, colour, sign in arrays:
            cells = np.arange(wide + 1) + x, np.arange(high + 1) + y - high / 2
            ax.pcolormesh(*cells, np.zeros((high, wide)), cmap=ListedColormap([colour]), edgecolors="white")
            ax.text(x + wide / 2, y + high / 2 + 0.25, f"{name} {shape}", ha="center", va="bottom")
            ax.text(x + wide + 1.25, y, sign, size=16, ha="center", va="center")
            if sign == "→":
                ax.text(x + wide + 1.25, y + 0.5, "softmax" if last else "$a$", ha="center", va="bottom")
            x += wide + 2.5
        right, y = [*right, x - 2.5], y - max(rows, inputs) / 2 - 2
    _only_boxes(ax, (0, max(right)), (y + 2, 0), margin=1.2)


def network_graph(
    ax: Axes, steps: Sequence[Sequence[str]], unit: tuple[int, int] | None = None, weights: Sequence[str] = ()
) -> None:
    """Draw a network as nodes and edges: a circle for each number, a line for each weight.

    steps: the labels of the numbers, one list for each step, from the inputs to the outputs,
        for example ``[["x_1", "x_2"], ["a_1", "a_2", "a_3"], ["s"]]``
    unit: ``(step, place)`` of a circle to point out, with the lines that lead into it
    weights: the labels of these lines, from the top to the bottom
    """
    places = [[(2.6 * x, (len(step) - 1) / 2 - y) for y in range(len(step))] for x, step in enumerate(steps)]
    for step, (left, right) in enumerate(pairwise(places), 1):
        for start, (i, end) in product(left, enumerate(right)):
            look = {"color": BLUE, "zorder": 2} if (step, i) == unit else {"color": "0.7", "zorder": 1, "linewidth": 1}
            ax.plot(*zip(start, end, strict=True), **look)
    if unit:
        step, i = unit
        for start, text in zip(places[step - 1], weights, strict=True):
            x, y = 0.7 * np.array(start) + 0.3 * np.array(places[step][i])  # near the start, where the lines are apart
            ax.text(x, y + 0.17, f"${text}$", color=BLUE, ha="center", zorder=3, bbox={"color": "white", "pad": 0.5})
    for step, (labels, column) in enumerate(zip(steps, places, strict=True)):
        for i, (text, place) in enumerate(zip(labels, column, strict=True)):
            look = {"facecolor": "#FFF6C9", "linewidth": 2.5} if (step, i) == unit else {"facecolor": "white"}
            ax.add_patch(Circle(place, 0.36, edgecolor="black", zorder=4, **look))
            ax.text(*place, f"${text}$", ha="center", va="center", zorder=5)
    _only_boxes(ax, *zip(*sum(places, []), strict=True), margin=0.55)
