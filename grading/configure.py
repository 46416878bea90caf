"""What a course's nbgrader_config.py needs, in one call: ``configure(c)``."""

from pathlib import Path

from traitlets.config import Config

FORMGRADER = Path(__file__).parent / "pages" / "templates" / "formgrader.html.j2"


def configure(c: Config) -> None:
    """Let nbgrader's commands and formgrader run submissions with the engine and show its pages.

    c: the configuration that ``get_config()`` returns
    """
    c.Autograde.exporter_class = "grading.exporter.EngineExporter"
    c.Autograde.sanitize_preprocessors = []  # the engine rebuilds each notebook from the instructor's
    c.Autograde.autograde_preprocessors = [
        f"nbgrader.preprocessors.{step}"
        for step in ("LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata")
    ]
    c.AssignLatePenalties.plugin_class = "grading.school.late.LatePolicy"
    c.ExchangeFactory.release_assignment = "grading.school.exchange.ReleaseAssignment"
    c.ExchangeFactory.release_feedback = "grading.school.exchange.ReleaseFeedback"
    c.GenerateFeedback.exporter_class = "grading.pages.feedback.FeedbackExporter"
    c.GenerateFeedback.preprocessors = []
    c.HTMLExporter.preprocessors = ["grading.pages.formgrader.FoldMachineGraded"]
    c.HTMLExporter.template_file = str(FORMGRADER)  # that of formgrader, and folds
    # Formgrader shows what students wrote and printed, too.
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {
        "markdown2html": "grading.pages.markup.markdown_filter",
        "clean_html": "grading.pages.markup.clean",
    }
