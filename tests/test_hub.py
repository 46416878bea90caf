"""A class on a real JupyterHub: hand out, fetch, submit, collect, grade, give back, each as its own system user.

It makes system users, so it runs only where it is asked for: HUB=ENVIRONMENT, an environment outside the home of
root with the packages of requirements-hub.txt, and configurable-http-proxy on the path.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import nbformat
import pytest

from tools.notebooks import ROOT, reference_answers, solution_cells

ENVIRONMENT = os.environ.get("HUB", "")
pytestmark = pytest.mark.skipif(not ENVIRONMENT, reason="makes system users: HUB=ENVIRONMENT, see HUB.md")
ASSIGNMENT, COURSE_ID = "01-loss-functions", "neural-networks"
TEACHER, STUDENTS = "hubteacher", ["hubann", "hubben"]
TOKEN, SECONDS = "0" * 32, 120


class Hub:
    """A running hub, asked through its API."""

    def __init__(self, address):
        self.address, self.tokens = address, {}

    def ask(self, path, data=None, user=None, form=False):
        """Return what the hub, or a user's server, answers to GET, or with ``data`` to POST."""
        token = self.tokens.get(user, TOKEN)
        encode = urllib.parse.urlencode if form else json.dumps
        body = None if data is None else encode(data).encode()
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        request = urllib.request.Request(
            self.address + path, body, {"Authorization": f"token {token}", "Content-Type": kind}
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            text = answer.read().decode()
        return json.loads(text) if text else None

    def start(self, user):
        """Start a user's server and wait for it."""
        self.ask(f"/hub/api/users/{user}", {})
        self.ask(f"/hub/api/users/{user}/server", {})
        self.tokens[user] = self.ask(f"/hub/api/users/{user}/tokens", {})["token"]
        for _ in range(SECONDS):
            if self.ask(f"/hub/api/users/{user}")["server"]:
                return
            time.sleep(1)
        raise TimeoutError(user)

    def formgrader(self, action):
        """Press a button of formgrader."""
        answer = self.ask(f"/user/{TEACHER}/formgrader/api/assignment/{ASSIGNMENT}/{action}", {}, TEACHER)
        assert answer["success"], answer
        return answer

    def assignments(self, user, action):
        """Press a button in a student's list of assignments."""
        what = {"course_id": COURSE_ID, "assignment_id": ASSIGNMENT}
        answer = self.ask(f"/user/{user}/assignments/{action}", what, user, form=True)
        assert answer["success"], answer
        return answer["value"]


def run(*command, **options):
    subprocess.run(command, check=True, **options)


@pytest.fixture(scope="module")
def users():
    for group in ("teachers", "students"):
        run("groupadd", "--force", group)
    for user in (TEACHER, *STUDENTS):
        run("useradd", "--create-home", "--groups", "teachers" if user == TEACHER else "students", user)
    yield
    for user in (TEACHER, *STUDENTS):
        subprocess.run(["userdel", "--remove", "--force", user], stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def place(users):
    """A folder that all users reach, unlike pytest's own."""
    folder = Path("/tmp", f"hub-{os.getpid()}")
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def course(place):
    """A clone of the course that teachers may write to, prepared as HUB.md says."""
    course = place / "course"
    run("git", "clone", "--quiet", ROOT, course)
    run("chgrp", "--recursive", "teachers", course)
    run("chmod", "--recursive", "g+rwXs", course)
    run(Path(ENVIRONMENT, "bin", "python"), "-m", "tools.hub", place / "exchange", cwd=course)
    return course


@pytest.fixture(scope="module")
def hub(place, course):
    """The hub, with a test's authentication in place of the machine's passwords, and a running server for each user."""
    ports = []
    for _ in range(3):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
    config, address = place / "config.py", f"http://127.0.0.1:{ports[0]}"
    config.write_text(f"""
load_subconfig({str(course / "tools" / "hub" / "jupyterhub_config.py")!r})
c = get_config()
c.JupyterHub.authenticator_class, c.Authenticator.allow_all = "dummy", True
c.JupyterHub.bind_url, c.JupyterHub.hub_port = {address!r}, {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.JupyterHub.services = [{{"name": "test", "api_token": {TOKEN!r}}}]
scopes = ["admin:users", "admin:servers", "access:servers", "tokens"]
c.JupyterHub.load_roles = [{{"name": "test", "services": ["test"], "scopes": scopes}}]
""")
    path = os.pathsep.join([str(Path(ENVIRONMENT, "bin")), os.environ["PATH"]])
    with open(place / "hub.log", "w") as log:
        server = subprocess.Popen(
            ["jupyterhub", "-f", config],
            cwd=place,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"PATH": path},
        )
    try:
        hub = Hub(address)
        for _ in range(SECONDS):
            try:
                hub.ask("/hub/api")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(1)
        for user in (TEACHER, *STUDENTS):
            hub.start(user)
        yield hub
    finally:
        print((place / "hub.log").read_text()[-4000:])
        for user in (TEACHER, *STUDENTS):
            subprocess.run(["pkill", "-u", user])
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


@pytest.fixture(scope="module")
def handed_in(hub):
    """All fetched the assignment; the first student has solved and submitted it."""
    hub.formgrader("assign")
    hub.formgrader("release")
    for user in STUDENTS:
        hub.assignments(user, "fetch")
    (path,) = Path("/home", STUDENTS[0], ASSIGNMENT).glob("*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    answers = reference_answers(ASSIGNMENT)
    for key, cell in solution_cells(notebook).items():
        cell.source = answers[key]
    nbformat.write(notebook, path)
    hub.assignments(STUDENTS[0], "submit")


def test_a_student_receives_the_assignment_without_solutions(hub, handed_in):
    text = next(Path("/home", STUDENTS[1], ASSIGNMENT).glob("*.ipynb")).read_text(encoding="utf-8")
    assert "raise NotImplementedError()" in text and "BEGIN HIDDEN" not in text


def test_a_student_cannot_read_the_course(course):
    listed = subprocess.run(["ls", course / "source"], user=STUDENTS[0], capture_output=True)
    assert listed.returncode != 0


def test_what_is_submitted_is_collected_graded_and_given_back(hub, course, handed_in):
    hub.formgrader("collect")
    assert [path.name for path in (course / "submitted").iterdir()] == [STUDENTS[0]]
    answer = hub.ask(f"/user/{TEACHER}/formgrader/api/submission/{ASSIGNMENT}/{STUDENTS[0]}/autograde", {}, TEACHER)
    assert answer["success"], answer
    found = hub.ask(f"/user/{TEACHER}/formgrader/api/submission/{ASSIGNMENT}/{STUDENTS[0]}", user=TEACHER)
    assert found["score"] == found["max_score"] == 40
    hub.formgrader("generate_feedback")
    hub.formgrader("release_feedback")
    hub.assignments(STUDENTS[0], "fetch_feedback")
    assert list(Path("/home", STUDENTS[0], ASSIGNMENT, "feedback").rglob("*.html"))
