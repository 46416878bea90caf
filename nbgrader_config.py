"""The course as nbgrader sees it: its steps, its limits, what students receive."""

import re
import sys
from pathlib import Path

from nbconvert.filters import clean_html
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    GetGrades,
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from nbgrader.utils import is_grade

c = get_config()  # noqa: F821 (traitlets provides it)
root = Path(__file__).resolve().parent
sys.path.append(str(root))  # JupyterLab may have been started elsewhere
from grading.exporter import EngineExporter  # noqa: E402

c.CourseDirectory.course_id = "neural-networks"
c.CourseDirectory.root = str(root)
# Wait for another writer instead of failing with "database is locked".
c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}?timeout=60"

# Running a submission: grading/ does it, in a sandbox and apart from the tests (see grading/README.md).
c.Autograde.exporter_class = EngineExporter
c.Autograde.sanitize_preprocessors = []  # the engine rebuilds each notebook from the instructor's
c.Autograde.autograde_preprocessors = [LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
c.Engine.isolation = "auto"  # tests run apart from the student's code wherever they can
c.Engine.limits = {"cell_seconds": 30}  # see grading.execute.Limits
c.Engine.require_sandbox = False

# A rubric stands in the locked text of its question, so that formgrader shows it above the answer.
c.ClearMarkScheme.enforce_metadata = False


class HideTests(NbGraderPreprocessor):
    """Take hidden tests, and what they printed, out of the feedback that students receive."""

    begin, end = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"

    def preprocess_cell(self, cell, resources, index):
        """Keep the visible source and the message of a failed check."""
        if is_grade(cell) and cell.cell_type == "code" and self.begin in cell.source:
            before, _, rest = cell.source.partition(self.begin)
            cell.source = before + rest.partition(self.end)[2].strip("\n")
            quiz = cell.metadata.nbgrader.grade_id.startswith("test-quiz-")
            cell.outputs = [self._safe(o) for o in cell.outputs if quiz or o.output_type == "error"]
        return cell, resources

    def _safe(self, output):
        # Any other error than a check's own would show the line of the test that met it.
        if output.output_type == "error" and output.ename != "CheckFailed":
            output.traceback = [f"The test stopped with {output.ename}: {output.evalue}"]
        return output


class EscapeTags(NbGraderPreprocessor):
    """Show HTML that a student put into a Markdown cell as text: it must not run in a reader's browser."""

    folds = re.compile("</?(details|summary)>")

    def preprocess_cell(self, cell, resources, index):
        """Leave cells alone that use no tags but those of the course's folded answers."""
        if cell.cell_type == "markdown" and re.search("<[a-zA-Z/!?]", self.folds.sub("", cell.source)):
            cell.source = clean_html(cell.source)
        return cell, resources


# Both apply to feedback and formgrader: the first to text, the second to outputs.
c.HTMLExporter.preprocessors = [EscapeTags]
c.HTMLExporter.sanitize_html = True
c.GenerateFeedback.preprocessors = [GetGrades, HideTests, CSSHTMLHeaderPreprocessor]
