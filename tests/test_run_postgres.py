"""With ``db_url`` on a PostgreSQL server the engine writes the same grades."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from tiny import DUE, NAME, PENALTY, WRONG, TinyCourse, dump, gradebook_of

from tools.release import nbgrader

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
SECONDS = 60


def program(name):
    """Return the path of a PostgreSQL program. Debian keeps the server's out of the PATH."""
    folders = [os.environ["PATH"], *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")))]
    return shutil.which(name, path=os.pathsep.join(folders)) or pytest.skip(f"{name} of PostgreSQL is not installed")


@pytest.fixture(scope="module")
def server():
    """The URL of a PostgreSQL server that lives as long as these tests; it listens in its folder only."""
    initdb, postgres = program("initdb"), program("postgres")
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        if os.getuid() == 0:  # the server refuses to run as root
            options["user"] = "nobody"
            shutil.chown(folder, "nobody")
        data = f"{folder}/data"
        subprocess.run([initdb, "-D", data, "-U", "grader", "-A", "trust"], cwd=folder, check=True, **options)
        process = subprocess.Popen([postgres, "-D", data, "-k", folder, "-h", "", "-F"], cwd=folder, **options)
        await_server(folder)
        yield f"postgresql+psycopg://grader@/postgres?host={folder}"
        process.terminate()
        process.wait()


def await_server(folder):
    end = time.monotonic() + SECONDS
    while True:
        try:
            return psycopg.connect(host=folder, user="grader", dbname="postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.fixture(scope="module")
def courses(server, tmp_path_factory):
    """The same submissions in two courses: ``(the one with SQLite, the one with PostgreSQL)``."""
    with_sqlite = TinyCourse(tmp_path_factory.mktemp("sqlite"))
    with_sqlite.configure(PENALTY)
    with_sqlite.hand_in("right", why="Because.")
    with_sqlite.hand_in("wrong", double=WRONG)
    with_sqlite.hand_in("late", timestamp="2026-01-11 12:00:00 UTC")
    with_postgres = with_sqlite.copy(tmp_path_factory.mktemp("postgres"))
    with_postgres.configure(f"c.CourseDirectory.db_url = {server!r}\n")
    nbgrader(with_postgres.folder, "generate_assignment", NAME, "--force")
    for course, url in ((with_sqlite, None), (with_postgres, server)):
        with gradebook_of(course, url) as gradebook:
            gradebook.update_or_create_assignment(NAME, duedate=DUE)
    return with_sqlite, with_postgres


def test_the_grades_are_those_of_sqlite(courses, server):
    with_sqlite, with_postgres = courses
    for course in courses:
        process = course.grade(NAME, "--workers", "1")
        assert process.returncode == 0, process.stderr
    assert dump(with_postgres, server) == dump(with_sqlite)
    assert set(dump(with_postgres, server)) == {"right", "wrong", "late"}


def test_unchanged_submissions_are_not_graded_again(courses):
    assert "3 unchanged" in courses[1].grade(NAME, "--workers", "1").stdout


def test_nbgrader_autograde_writes_the_same(courses, server):
    with_sqlite, with_postgres = courses
    process = with_postgres.autograde(NAME, "--force")
    assert process.returncode == 0, process.stderr
    assert dump(with_postgres, server) == dump(with_sqlite)
