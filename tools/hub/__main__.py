"""Prepare this environment and the exchange folder for a JupyterHub of the class.

    python -m tools.hub /srv/nbgrader/exchange

Run it as root, with the environment in which the hub will run, and again after an update of the course.
It copies students' settings into the environment, opens the exchange for everybody, and closes the
course's folder, which holds the solutions, to all but its owner and its group.
"""

import argparse
import json
import shutil
import stat
import sys
from pathlib import Path

from tools.hub.places import SETTINGS, STUDENT_SETTINGS
from tools.notebooks import ROOT
from tools.student import JUPYTER

COURSE_ID = "neural-networks"
# A student has the list of assignments here, which `make lab` leaves out: there is an exchange to fetch from.
FOR_TEACHERS = [f"@jupyter/nbgrader:{part}" for part in ("course-list", "create-assignment", "formgrader")]


def prepare(exchange: Path, prefix: Path = Path(sys.prefix), course: Path = ROOT) -> None:
    """Write the settings into the environment at ``prefix``; set who may read what.

    exchange: the folder through which assignments go out and submissions come in
    course:   the folder of the course, with source/
    """
    if not exchange.is_absolute():
        raise ValueError(f"expected an absolute path of the exchange folder, got {exchange}")
    if prefix.is_relative_to(course):
        raise ValueError(f"expected an environment outside {course}, which students cannot read; got {prefix}")
    exchange.mkdir(parents=True, exist_ok=True)
    exchange.chmod(0o777)  # as nbgrader wants it: each course has a folder of its own in it
    shutil.copytree(JUPYTER, prefix / STUDENT_SETTINGS, dirs_exist_ok=True)
    page = prefix / STUDENT_SETTINGS / "labconfig" / "page_config.json"
    page.write_text(json.dumps({"disabledExtensions": dict.fromkeys(FOR_TEACHERS, True)}), encoding="utf-8")
    for_all = prefix / SETTINGS
    for_all.parent.mkdir(parents=True, exist_ok=True)
    for_all.write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = {COURSE_ID!r}\nc.Exchange.root = {str(exchange)!r}\n",
        encoding="utf-8",
    )
    course.chmod(stat.S_IMODE(course.stat().st_mode) & ~stat.S_IRWXO)


def main() -> None:
    """Prepare what the hub needs, and say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], prog="python -m tools.hub")
    parser.add_argument("exchange", type=Path, help="the folder of nbgrader's exchange")
    prepare(parser.parse_args().exchange)
    if not shutil.which("configurable-http-proxy"):
        print("configurable-http-proxy is not on the path. JupyterHub needs it: npm install -g configurable-http-proxy")
    print(f"Students cannot read {ROOT}. Start the hub: jupyterhub -f tools/hub/jupyterhub_config.py")


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(str(error))
