"""The pictures of the course: one visual style, a title, labelled axes and a text for each.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart;
line styles and marker shapes repeat what the colours say.
"""

import io

import matplotlib
import numpy as np
from IPython.display import Image, display
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

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
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 2,
}


def axes(title, x_label, y_label, columns=1, width=None):
    """Return a figure and its axes: one, or an array of ``columns`` side by side.

    With several columns give a list of titles; the labels are shared.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width or (6.4 if columns == 1 else 4.3 * columns), 4.2))
        grid = figure.subplots(1, columns, squeeze=False)[0]
        titles = [title] if isinstance(title, str) else title
        for ax, text in zip(grid, titles, strict=True):
            ax.set(title=text, xlabel=x_label, ylabel=y_label)
        figure.set_layout_engine("constrained")
    return figure, grid[0] if columns == 1 else grid


def show(figure, words):
    """Display a figure with ``words``, which say the same to a reader who cannot see it."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=90)
    display(Image(png.getvalue(), format="png", alt=words))
    print(f"In words: {words}")


def lines(ax, x, curves, markers=False):
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


def points(ax, X, y, names=None):
    """Draw points ``X (m, 2)``, each class of ``y (m,)`` with its own colour and marker."""
    for i, label in enumerate(np.unique(y)):
        ax.scatter(
            *X[y == label].T,
            s=36,
            color=COLOURS[i],
            marker=MARKERS[i],
            edgecolor="black",
            linewidth=0.6,
            label=names[i] if names else f"class {label}",
        )
    ax.legend(loc="best")


def grid_around(X, margin=0.5, steps=120):
    """Return ``(xx, yy, G)``: a mesh around the points ``X (m, 2)`` and its rows ``G (steps**2, 2)``."""
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    xx, yy = np.meshgrid(*(np.linspace(a, b, steps) for a, b in zip(low, high, strict=True)))
    return xx, yy, np.column_stack([xx.ravel(), yy.ravel()])


def decision_regions(ax, predict, X, y, names=None):
    """Shade where ``predict (g, 2) -> (g,)`` says which class, and draw the points on top."""
    xx, yy, G = grid_around(X)
    classes = np.unique(y)
    regions = np.searchsorted(classes, np.asarray(predict(G))).reshape(xx.shape)
    levels = np.arange(len(classes) + 1) - 0.5
    ax.contourf(xx, yy, regions, levels, cmap=ListedColormap(COLOURS[: len(classes)]), alpha=0.25)
    ax.contour(xx, yy, regions, levels[1:-1], colors="black", linewidths=1.5)
    points(ax, X, y, names)


def descent_paths(ax, f, paths, limits, levels=20):
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
