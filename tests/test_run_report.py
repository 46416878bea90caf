"""The class report shows what the class did, and hides who did it where it is to be shared."""

import csv

import pytest
from bs4 import BeautifulSoup
from tiny import NAME, NOTEBOOK, WRONG, TinyCourse, gradebook_of

from grading.__main__ import main
from grading.pages import charts, class_page
from grading.pages.classwork import Report, Work, groups, items

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's way with SQLAlchemy


def no_link(work, anchor):
    return ""


def work(student, shares, **more):
    return Work(student, "n", sum(shares.values()), len(shares), shares, {key: (key, "") for key in shares}, **more)


def named(student, *hints):
    return work(student, {"a": 0.0}, mistakes=[("softmax", "exercise-1", hint) for hint in hints], lost=["softmax"])


def test_mistakes_are_ranked_by_how_many_students_showed_them():
    works = [named("ada", "rare", "often"), named("ben", "often"), named("chen", "often")]
    found, _ = groups(works, no_link)
    assert [(group.text, len(group.students)) for group in found] == [("often", 3), ("rare", 1)]


def test_results_that_differ_in_numbers_alone_are_one_cluster():
    problems = ["wrong values in 6 of 8 places", "wrong values in 2 of 4 places", "the result is None"]
    works = [work(str(n), {}, unnamed=[("softmax", "", "values", text)]) for n, text in enumerate(problems)]
    _, found = groups(works, no_link)
    assert [len(group.students) for group in found] == [2, 1]


def test_a_question_that_good_students_fail_is_doubted():
    scores = [(1.0, 1.0, 1.0, 0.0)] * 6 + [(0.0, 0.0, 0.0, 1.0)] * 6
    found = items([work(str(n), dict(zip("abcd", shares, strict=True))) for n, shares in enumerate(scores)])
    assert [bool(item.doubt) for item in found] == [False, False, False, True]
    assert found[3].discrimination < 0 < found[0].discrimination


def test_a_question_that_nobody_passes_is_doubted():
    found = items([work(str(n), {"a": n % 2, "b": 0.0}) for n in range(12)])
    assert [bool(item.doubt) for item in found] == [False, True]


def test_the_frequencies_of_a_large_class_are_those_that_went_in():
    often, rare = [named(f"o{n}", "often") for n in range(120)], [named(f"r{n}", "rare") for n in range(30)]
    right = [work(f"w{n}", {"a": 1.0}) for n in range(150)]
    report = Report("x", often + rare + right, ["absent"], no_link, str)
    assert [(group.text, len(group.students)) for group in report.mistakes] == [("often", 120), ("rare", 30)]
    assert report.items[0].share == 0.5 and report.bins[0][1] == report.bins[-1][1] == 150
    assert report.missing == ["absent"] and len(report.help) == 150


def test_a_shared_page_hides_groups_under_five():
    works = [named(f"o{n}", "often") for n in range(6)] + [named(f"r{n}", "rare") for n in range(4)]
    works += [work(f"w{n}", {"a": 1.0, "b": float(n > 2)}) for n in range(20)]
    report = Report("x", works, [], no_link, str)
    open_, shared = (class_page.render("x", [report], [], "", shared) for shared in (False, True))
    assert "often" in open_ and "rare" in open_ and "85 %" in open_  # three of 20 failed in b
    assert "often" in shared and "rare" not in shared and "85 %" not in shared


def test_the_page_of_a_thousand_students_in_need_stays_below_three_megabytes(tmp_path):
    hint = "This is the sum over the examples. The loss is their mean: divide by the number of examples."
    exercises = [f"exercise_number_{n}" for n in range(12)]
    works = [
        work(f"student{n:04d}", dict.fromkeys(exercises, 0.0), mistakes=[(e, "exercise-1", hint) for e in exercises])
        for n in range(1000)
    ]
    absent = [f"absent{n:04d}" for n in range(1000)]
    report = Report("x", works, absent, lambda work, anchor: f"../feedback/{work.student}/02/work.html#{anchor}", str)
    progress = [(student, [share] * 5) for student, share in report.shares.items()]
    page = class_page.render("x", [report] * 5, progress, charts.library(tmp_path))
    assert len(page.encode()) < 3_000_000


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A graded course with feedback pages: one right, one wrong, one who waits for a person."""
    course = TinyCourse(tmp_path_factory.mktemp("report"))
    course.hand_in("ada")
    course.hand_in("ben", double=WRONG, triple="def triple(x):\n    return x\n")
    course.hand_in("chen", why="Because.")
    course.grade_here()
    main(["feedback", NAME, "--course", str(course.folder), "--workers", "1"])
    return course


def write(course, monkeypatch, *options):
    """Run ``python -m grading report``; return the page."""
    monkeypatch.chdir(course.folder)
    assert main(["report", "--course", str(course.folder), "--workers", "1", *options]) == 0
    name = "class-shared.html" if "--shared" in options else "class.html"
    return BeautifulSoup((course.folder / "reports" / name).read_text(), "html.parser")


def test_the_page_leads_from_a_mistake_to_the_code_of_who_made_it(course, monkeypatch):
    shown = write(course, monkeypatch)
    address = next(a["href"] for a in shown.select("td a") if a.text == "ben")
    path, _, anchor = address.partition("#")
    with open(course.folder / "reports" / path) as page:
        assert BeautifulSoup(page, "html.parser").find(id=anchor)


def test_the_page_says_what_waits_for_a_person_and_leads_there(course, monkeypatch):
    page = write(course, monkeypatch)
    assert "chen: points by hand: why" in page.get_text()
    with gradebook_of(course) as gradebook:
        chen = gradebook.find_submission_notebook(NOTEBOOK, NAME, "chen").id
    assert page.find("a", href=f"http://localhost:8888/formgrader/submissions/{chen}/")


def test_the_tables_hold_the_points(course, monkeypatch):
    write(course, monkeypatch)
    with open(course.folder / "reports" / f"{NAME}-points.csv", newline="") as file:
        points = {row["student"]: (float(row["points"]), float(row["most"])) for row in csv.DictReader(file)}
    assert points == {"ada": (6, 10), "ben": (0, 10), "chen": (6, 10)}


def test_a_shared_page_names_nobody_and_leads_to_no_code(course, monkeypatch):
    text = str(write(course, monkeypatch, "--shared"))
    assert not [name for name in ("ada", "ben", "chen") if f">{name}<" in text or f"/{name}/" in text]


def test_pseudonyms_stay_the_same(course, monkeypatch):
    first, second = (write(course, monkeypatch, "--shared").select("#progress tbody th") for _ in range(2))
    assert [name.text for name in first] == [name.text for name in second]
    assert len({name.text for name in first}) == 3


def test_an_assignment_that_was_never_graded_is_refused(course, monkeypatch):
    monkeypatch.chdir(course.folder)
    assert main(["report", "nothing", "--course", str(course.folder)]) == 2
