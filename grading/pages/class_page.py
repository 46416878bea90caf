"""The page about a class: tables and charts of some Reports, in one HTML file that loads nothing."""

from jinja2 import Template
from markupsafe import Markup

from grading.pages import charts
from grading.pages.classwork import HELP, LEAST, Item, Report
from grading.pages.page import environment

# The CSV files have all.
MOST_ROWS = 50  # of mistakes and of clusters
MOST_NAMES = 40  # in a row
MOST_HELP = 100  # students who may need help


def render(
    course: str,
    reports: list[Report],
    progress: list[tuple[str, list[float | None]]],
    library: str,
    shared: bool = False,
    formgrader: str = "",
) -> str:
    """Return the page.

    progress: ``[(student, [share of the points, or None, in each report])]``
    library:  the script that draws the charts, see charts.library()
    shared:   for other eyes: no links, no lists of students to talk to, no groups under LEAST
    formgrader: its address, or ''
    """
    least = LEAST if shared else 1
    return _template(least).render(
        course=course,
        reports=reports,
        progress=progress,
        shared=shared,
        formgrader=formgrader.rstrip("/"),
        drawn=_charts(reports, least),
        library=Markup(library),
    )


def _charts(reports: list[Report], least: int) -> dict[str, charts.Chart]:
    """Return ``{id of its place on the page: chart}``; what is too small to be told is not drawn."""
    drawn: dict[str, charts.Chart] = {}
    for number, report in enumerate(reports, 1):
        told = [item for item in report.items if not _tells(item, least)]
        judged = [item for item in told if item.discrimination is not None]
        shares = [(e.exercise, e.share) for e in report.exercises if not _tells(e, least)]
        answers = [row for row in report.quiz if row[2] >= least]
        made = {
            "points": charts.points([(label, count if count >= least else 0) for label, count in report.bins]),
            "exercises": shares and charts.exercises(shares, [(i.exercise, i.check, i.share) for i in told]),
            "checks": judged
            and charts.checks([(i.exercise, i.check, i.share, i.discrimination, i.doubt) for i in judged]),
            "quiz": answers and charts.quiz(answers),
        }
        drawn |= {f"a{number}-{name}": chart for name, chart in made.items() if chart}
    if len(reports) > 1:
        drawn["progress-chart"] = charts.progress([(report.name, *report.quartiles) for report in reports])
    return drawn


def _tells(item: Item, least: int) -> bool:
    """Say whether so few passed or failed that a result could tell who is meant."""
    return any(0 < count < least for count in (item.passed, item.students - item.passed))


def _template(least: int) -> Template:
    made = environment()
    made.filters["frequent"] = lambda groups: [g for g in groups if len(g.students) >= least][:MOST_ROWS]
    made.filters["count"] = lambda number: f"under {least}" if 0 < number < least else str(number)
    made.tests["told"] = lambda item: not _tells(item, least)
    made.globals |= {"most_names": MOST_NAMES, "most_help": MOST_HELP, "least": least, "help": HELP}
    return made.get_template("class.html")
