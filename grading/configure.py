"""What a course's nbgrader_config.py needs, in one call: ``configure(c)``."""

from pathlib import Path

from traitlets.config import Config

FORMGRADER = Path(__file__).parent / "templates" / "formgrader.html.j2"


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
    c.AssignLatePenalties.plugin_class = "grading.late.LatePolicy"
    c.ExchangeFactory.release_assignment = "grading.exchange.ReleaseAssignment"
    c.ExchangeFactory.release_feedback = "grading.exchange.ReleaseFeedback"
    c.GenerateFeedback.exporter_class = "grading.feedback.FeedbackExporter"
    c.GenerateFeedback.preprocessors = []
    c.HTMLExporter.preprocessors = ["grading.formgrader.FoldMachineGraded"]
    c.HTMLExporter.template_file = str(FORMGRADER)  # that of formgrader, and folds
    # Formgrader shows what students wrote and printed, too.
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {
        "markdown2html": "grading.markup.markdown_filter",
        "clean_html": "grading.markup.clean",
    }
