"""JupyterHub on one Linux machine: system users, each with a home folder, and nbgrader's exchange. See HUB.md."""

import grp
import os
import pwd
import sys
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]
sys.path.append(str(COURSE))
from tools.hub.places import STUDENT_SETTINGS  # noqa: E402

TEACHERS, STUDENTS = "teachers", "students"  # groups of the machine
SETTINGS = Path(sys.prefix, STUDENT_SETTINGS)

c = get_config()  # noqa: F821 (traitlets provides it)
c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # put a web server with HTTPS in front of it
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"  # each server runs as its system user
c.LocalAuthenticator.allowed_groups = {TEACHERS, STUDENTS}
c.Spawner.cmd = [str(Path(sys.prefix, "bin", "jupyterhub-singleuser"))]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = 120  # seconds: a machine on which a whole class logs in is busy


def groups(user):
    """Return the names of a system user's groups."""
    return {grp.getgrgid(number).gr_name for number in os.getgrouplist(user, pwd.getpwnam(user).pw_gid)}


def choose_view(spawner):
    """Open the course with formgrader for teachers; for students their home, with the settings of `make lab`."""
    settings = SETTINGS
    if TEACHERS in groups(spawner.user.name):
        spawner.notebook_dir, spawner.default_url, settings = str(COURSE), "/formgrader", COURSE
    spawner.environment = spawner.environment | {"JUPYTER_CONFIG_PATH": str(settings)}


c.Spawner.pre_spawn_hook = choose_view
