"""What a hub of the class needs: students' settings in its environment, and a course that they cannot read."""

import json

import pytest

from tools.hub.__main__ import prepare
from tools.hub.places import SETTINGS, STUDENT_SETTINGS


@pytest.fixture
def folders(tmp_path):
    exchange, environment, course = (tmp_path / name for name in ("exchange", "environment", "course"))
    course.mkdir(mode=0o755)
    return exchange, environment, course


def test_others_can_write_to_the_exchange_and_cannot_read_the_course(folders):
    exchange, _, course = folders
    prepare(*folders)
    assert exchange.stat().st_mode & 0o777 == 0o777
    assert course.stat().st_mode & 0o007 == 0


def test_everybody_finds_the_exchange(folders):
    exchange, environment, _ = folders
    prepare(*folders)
    assert repr(str(exchange)) in (environment / SETTINGS).read_text()


def test_students_have_the_list_of_assignments_and_no_formgrader(folders):
    prepare(*folders)
    page = json.loads((folders[1] / STUDENT_SETTINGS / "labconfig" / "page_config.json").read_text())
    off = {name.partition(":")[2] for name in page["disabledExtensions"]}
    assert "formgrader" in off and "assignment-list" not in off


def test_an_environment_that_students_cannot_read_is_refused(folders):
    exchange, _, course = folders
    with pytest.raises(ValueError, match="expected an environment outside"):
        prepare(exchange, course / ".venv", course)
