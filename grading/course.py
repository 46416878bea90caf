"""A course as nbgrader's applications see it: its configuration and its paths, and what is wrong with them."""

import glob
import os
from difflib import get_close_matches

from nbgrader.apps import NbGrader
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, Configurable
from traitlets.utils.importstring import import_item

SECTIONS = {  # of nbgrader_config.py that are read here
    "ClassReport": "grading.pages.class_report",
    "Engine": "grading.assignment",
    "FeedbackPage": "grading.pages.page",
    "Languages": "grading.languages",
    "LatePolicy": "grading.school.late",
    "ReleaseAssignment": "grading.school.exchange",
}
ALIKE = 0.83  # or more: a name that is perhaps another one, misspelt


class CourseError(NbGraderException):
    """The course is not ready for grading; the message tells what to do."""


def started(app: NbGrader) -> NbGrader:
    """Start an application of nbgrader's with the course's configuration.

    Raises CourseError where that cannot be read, or has a setting that nobody would: nbgrader would go on without it.
    """
    app.raise_config_file_errors = True
    try:
        app.initialize(["--quiet"])
    except SystemExit as error:
        raise CourseError(f"The configuration in {os.getcwd()} has a setting of the wrong kind; see above.") from error
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise CourseError(f"The configuration in {os.getcwd()}, or Jupyter's own, cannot be read: {what}") from error
    if misspelt := _misspelt(app.config):
        raise CourseError(f"The configuration in {os.getcwd()} has {misspelt}.")
    return app


def _misspelt(config: Config) -> str:
    """Say which setting is not known here, or ''."""
    others = _class_names(Configurable)
    for section, settings in config.items():
        if section not in SECTIONS:
            if section not in others and (near := get_close_matches(section, SECTIONS, cutoff=ALIKE)):
                return f"c.{section}; it should perhaps be c.{near[0]}"
            continue
        known = import_item(f"{SECTIONS[section]}.{section}").class_trait_names(config=True)
        for name in settings:
            if name not in known:
                return f"c.{section}.{name}, but c.{section} knows only {', '.join(sorted(known))}"
    return ""


def _class_names(kind: type) -> set[str]:
    """Return the names of a class and of all that are derived from it: of nbgrader and of Jupyter, too."""
    return {kind.__name__}.union(*map(_class_names, kind.__subclasses__()))


def matching(course: CourseDirectory, pattern: str) -> list[str]:
    """Return the paths that fit a pattern; the path of the course itself may hold any signs."""
    root = str(course.root)
    return glob.glob(glob.escape(root) + pattern[len(root) :] if pattern.startswith(root) else pattern)
