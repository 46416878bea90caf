"""The charts of a class report as Vega-Lite specifications, and the library that draws them inside a page.

Colours are variables of the page's style sheet, so a chart is light, dark or printed as the page is.
"""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert
from markupsafe import Markup

Chart = dict[str, Any]  # a specification of Vega-Lite
Row = dict[str, Any]
VEGALITE = "6.4"
PERCENT = {"format": ".0%", "tickCount": 5}
WHOLE = {"format": "d", "tickMinStep": 1}
CONFIG: dict[str, Any] = {
    "background": None,
    "aria": False,  # the table beside a chart holds the same
    "view": {"stroke": None},
    "bar": {"color": "var(--link)"},
    "point": {"color": "var(--text)", "filled": True, "size": 40, "opacity": 0.8},
    "line": {"color": "var(--link)", "strokeWidth": 2},
    "area": {"color": "var(--link)", "opacity": 0.2},
    "font": "system-ui, sans-serif",
    "axis": {
        "labelColor": "var(--text)",
        "titleColor": "var(--faint)",
        "titleFontWeight": "normal",
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "labelLimit": 190,
    },
}


def library(folder: Path) -> Markup:
    """Return Vega-Lite with all it needs as one script; making it takes seconds, so it is kept in ``folder``."""
    path = folder / f".vega-lite-{VEGALITE}-{version('vl-convert-python')}.js"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        bundle = vl_convert.javascript_bundle(vl_version=VEGALITE)  # type: ignore[call-arg]  # its hints lack a default
        unfinished.write_text(bundle, encoding="utf-8")
        unfinished.replace(path)
    return Markup(path.read_text(encoding="utf-8").replace("</script", "<\\/script"))


def points(bins: list[tuple[str, int]]) -> Chart:
    """Return the chart of how many students have which share of the points.

    bins: ``[(label, students)]``
    """
    x = {
        "field": "label",
        "sort": None,
        "axis": {"title": "share of the points", "labelAngle": 0, "labelOverlap": True},
    }
    y = {"field": "students", "type": "quantitative", "axis": {"title": "students"} | WHOLE}
    encoding = {"x": x, "y": y} | _tooltip("label", "students")
    return _chart(200, _rows(("label", "students"), bins), mark="bar", encoding=encoding)


def exercises(shares: list[tuple[str, float]], checks: list[tuple[str, str, float]]) -> Chart:
    """Return the chart of the share of the points: a bar for each exercise, a dot for each check.

    shares: ``[(exercise, share)]``;  checks: ``[(exercise, check, share)]``
    """
    bars, dots = _rows(("exercise", "share"), shares), _rows(("exercise", "check", "share"), checks)
    y = {"field": "exercise", "sort": None, "axis": {"title": None}}
    x = _share("share", "share of the points")
    layers = [
        {"data": {"values": bars}, "mark": {"type": "bar", "opacity": 0.5}, "encoding": _tooltip("exercise", "share")},
        {"data": {"values": dots}, "mark": "point", "encoding": _tooltip("exercise", "check", "share")},
    ]
    return _chart(20 * len(bars), encoding={"x": x, "y": y}, layer=layers)


def checks(items: list[tuple[str, str, float, float | None, str]]) -> Chart:
    """Return the chart that shows bad questions: how many pass against how well it agrees with the rest.

    items: ``[(exercise, check, share, discrimination, doubt)]``
    """
    names = "exercise", "check", "share", "discrimination", "doubt"
    y = {"field": "discrimination", "type": "quantitative", "axis": {"title": "agrees with the rest"}}
    colour = {"condition": {"test": "datum.doubt", "value": "var(--lost)"}, "value": "var(--link)"}
    encoding = {"x": _share("share", "share of the points"), "y": y, "color": colour} | _tooltip(*names)
    return _chart(240, _rows(names, items), mark={"type": "point", "size": 90}, encoding=encoding)


def quiz(answers: list[tuple[str, str, int, bool]]) -> Chart:
    """Return the chart of the options chosen, ``[(question, option, students, right)]``."""
    rows = _rows(("question", "option", "students", "right"), answers)
    x = {"field": "students", "type": "quantitative", "stack": "zero", "axis": {"title": "students"} | WHOLE}
    base = {"y": {"field": "question", "sort": None, "axis": {"title": None}}, "x": x, "order": {"field": "option"}}
    colour = {"condition": {"test": "datum.right", "value": "var(--right)"}, "value": "var(--lost)"}
    bar = base | {"color": colour} | _tooltip("question", "option", "students")
    text = base | {"text": {"field": "option"}, "x": x | {"bandPosition": 0.5}, "detail": {"field": "option"}}
    layers = [
        {"mark": {"type": "bar", "stroke": "var(--back)", "strokeWidth": 2}, "encoding": bar},
        {"mark": {"type": "text", "color": "var(--back)"}, "encoding": text},
    ]
    return _chart(24 * len({row[0] for row in answers}), rows, layer=layers)


def progress(quartiles: list[tuple[str, float, float, float]]) -> Chart:
    """Return the chart of the class over time, ``[(assignment, lower quartile, median, upper quartile)]``."""
    rows = _rows(("assignment", "lower quartile", "median", "upper quartile"), quartiles)
    x = {
        "field": "assignment",
        "sort": None,
        "axis": {"title": None, "labelAngle": 0, "labelLimit": 90, "labelOverlap": True},
    }
    tooltip = _tooltip(*rows[0]) if rows else {}
    between = {"y": _share("lower quartile", "share of the points"), "y2": {"field": "upper quartile"}}
    layers = [
        {"mark": "area", "encoding": between},
        {"mark": {"type": "line", "point": True}, "encoding": {"y": _share("median", "share of the points")} | tooltip},
    ]
    return _chart(220, rows, encoding={"x": x}, layer=layers)


def _chart(height: int, rows: list[Row] | None = None, **parts: Any) -> Chart:
    data = {"data": {"values": rows}} if rows is not None else {}
    fit = {"type": "fit-x", "contains": "padding"}
    return {"width": "container", "height": height, "autosize": fit, "config": CONFIG} | data | parts


def _rows(names: Sequence[str], tuples: Iterable[Sequence[Any]]) -> list[Row]:
    return [dict(zip(names, row, strict=True)) for row in tuples]


def _share(name: str, title: str) -> dict[str, Any]:
    return {"field": name, "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"title": title} | PERCENT}


def _tooltip(*names: str) -> dict[str, Any]:
    shares = {"share", "lower quartile", "median", "upper quartile"}
    formats = {name: {"type": "quantitative", "format": ".0%"} for name in shares}
    formats["discrimination"] = {"type": "quantitative", "format": ".2f"}
    return {"tooltip": [{"field": name} | formats.get(name, {}) for name in names]}
