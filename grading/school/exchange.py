"""nbgrader's exchange where it stops: lessons go out, too, and feedback without a secret holds nobody up."""

from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeReleaseFeedback
from traitlets import List, Unicode

from grading.course import matching


class ReleaseAssignment(ExchangeReleaseAssignment):
    """Releases some folders of the course as they are: ``nbgrader release_assignment lessons``."""

    folders = List(Unicode(), help="Names of folders of the course, for example lessons.").tag(config=True)

    def init_src(self) -> None:
        if (name := self.coursedir.assignment_id) in self.folders:
            self.src_path = str(Path(self.coursedir.root) / name)
        else:
            super().init_src()


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Releases what it can: work that did not come through the exchange cannot be fetched from it, and is named."""

    def copy_files(self) -> None:
        course, excluded = self.coursedir, self.coursedir.student_id_exclude
        pattern = course.format_path(course.feedback_directory, "*", course.assignment_id)
        for folder in map(Path, sorted(matching(course, pattern))):
            if not all((folder / name).exists() for name in ("timestamp.txt", "submission_secret.txt")):
                student = folder.parent.name
                self.log.warning("%s did not hand in through the exchange; the page stays in %s", student, folder)
                course.student_id_exclude = ",".join(filter(None, [course.student_id_exclude, student]))
        try:
            super().copy_files()
        finally:
            course.student_id_exclude = excluded
