"""Another course installs the engine from this repository and grades with it, as grading/ADOPT.md says."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from engine_course import cell
from nbformat.v4 import new_notebook

from tools.notebooks import ROOT, grade_id

PAGE = (ROOT / "grading" / "ADOPT.md").read_text(encoding="utf-8")
RAIN = '''def rain(table):
    """Return the rain of each city."""
    ### BEGIN SOLUTION
    return table.groupby("city")["rain"].sum()
    ### END SOLUTION
'''
DRAW = '''def draw(table):
    """Draw the rain of each city as bars; return the axes."""
    ### BEGIN SOLUTION
    ax = plt.subplots()[1]
    ax.bar(rain(table).index, rain(table))
    ax.set_ylabel("rain (mm)")
    return ax
    ### END SOLUTION
'''
RAIN_TEST = """table = pd.DataFrame({"city": ["Oslo", "Rome", "Oslo"], "rain": [1.0, 2.0, 4.0]})
pd.testing.assert_series_equal(rain(table), pd.Series({"Oslo": 5.0, "Rome": 2.0}), check_names=False)
### BEGIN HIDDEN TESTS
assert rain(table.iloc[:1])["Oslo"] == 1.0
### END HIDDEN TESTS"""
DRAW_TEST = """ax = draw(table)
assert [bar.get_height() for bar in ax.patches] == [5.0, 2.0]
assert ax.get_ylabel() == "rain (mm)\""""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder of an environment that has the package and does not see this repository."""
    wheels, site = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    offline = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    pip(["wheel", *offline, "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)])
    pip(["install", *offline, "--target", str(site), *map(str, wheels.glob("*.whl"))])
    return site


def pip(arguments):
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True, cwd="/")


def commands(assignment):
    """Return the commands of the page, for an assignment."""
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
    return [line.split()[:-1] + [assignment] for line in block.strip().splitlines()]


class Elsewhere:
    """A course of somebody else. run: runs a command in it with the installed package; returns what it printed."""

    def __init__(self, folder, installed):
        self.folder, self._site = folder, installed

    def run(self, command, *arguments):
        programs = os.pathsep.join([str(self._site / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        variables = os.environ | {"PATH": programs, "PYTHONPATH": str(self._site)}
        command = [command, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def configure(self):
        """Do what the page says."""
        (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
        with open(self.folder / "nbgrader_config.py", "a") as config:
            config.write("\n" + re.sub("^   ", "", block, flags=re.M))

    def hand_in(self, student, assignment, answers):
        """Hand in the notebooks with ``answers``, {grade id: source}."""
        for path in (self.folder / "source" / assignment).glob("*.ipynb"):
            notebook = nbformat.read(path, as_version=4)
            for found in notebook.cells:
                found.source = answers.get(grade_id(found), found.source)
            target = self.folder / "submitted" / student / assignment / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, target)

    def grades(self, assignment):
        """Return {student: row of the table of the run}."""
        with open(self.folder / "reports" / f"{assignment}.csv", newline="") as file:
            return {row["student"]: row for row in csv.DictReader(file)}


def solutions(folder):
    """Return {grade id: source} of the answers in the notebooks of a source folder."""
    notebooks = [nbformat.read(path, as_version=4) for path in folder.glob("*.ipynb")]
    return {grade_id(c): c.source for n in notebooks for c in n.cells if c.metadata.get("nbgrader", {}).get("solution")}


def test_the_package_does_not_need_this_repository(installed):
    found = Elsewhere(installed, installed).run(sys.executable, "-c", "import grading; print(grading.__file__)")
    assert Path(found.strip()).is_relative_to(installed)
    assert Path(installed, "grading", "pages", "templates", "feedback.html").exists()


def test_nbgraders_quickstart_is_graded_by_the_installed_package(installed, tmp_path):
    Elsewhere(tmp_path, installed).run("nbgrader", "quickstart", "course")
    course = Elsewhere(tmp_path / "course", installed)
    course.configure()
    course.hand_in("empty", "ps1", dict.fromkeys(solutions(course.folder / "source" / "ps1"), ""))
    course.hand_in("solved", "ps1", {})
    for command in commands("ps1")[:2]:  # the page about the class takes longest, and is the same in all courses
        course.run(*command)
    solved, empty = course.grades("ps1")["solved"], course.grades("ps1")["empty"]
    assert solved["problem"] == "" and float(solved["points"]) > float(empty["points"]) == 0
    assert {path.name for path in course.folder.glob("feedback/solved/ps1/*")} == {"problem1.html", "problem2.html"}


def test_a_course_with_tables_and_plots_is_graded_by_the_installed_package(installed, tmp_path):
    pytest.importorskip("pandas")
    course = Elsewhere(tmp_path, installed)
    (tmp_path / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "weather"\n')
    course.configure()
    cells = [
        cell("import matplotlib.pyplot as plt\nimport pandas as pd", "imports", locked=True),
        cell(RAIN, "rain", solution=True),
        cell(RAIN_TEST, "test-rain", grade=True, locked=True, points=2),
        cell(DRAW, "draw", solution=True),
        cell('table = pd.DataFrame({"city": ["Oslo", "Rome"], "rain": [5.0, 2.0]})', "table", locked=True),
        cell(DRAW_TEST, "test-draw", grade=True, locked=True, points=1),
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (tmp_path / "source" / "weather").mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells, metadata=metadata), tmp_path / "source" / "weather" / "weather.ipynb")
    course.hand_in("ada", "weather", {})
    course.hand_in("ben", "weather", {"rain": RAIN.replace("sum", "mean")})
    course.hand_in("eve", "weather", {"draw": DRAW.replace("(mm)", "")})
    course.run(*commands("weather")[0])
    graded = course.grades("weather")
    assert {student: float(row["points"]) for student, row in graded.items()} == {"ada": 3, "ben": 1, "eve": 2}
    assert {row["tests"] for row in graded.values()} == {"apart"}
