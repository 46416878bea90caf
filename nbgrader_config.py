"""The course as nbgrader sees it: its steps, its limits, what students receive."""

import sys
from pathlib import Path

c = get_config()  # noqa: F821 (traitlets provides it)
root = Path(__file__).resolve().parent
sys.path.append(str(root))  # JupyterLab may have been started elsewhere
import tools  # noqa: F401, E402 (it puts the helper files beside the notebooks of source/)
from grading.configure import configure  # noqa: E402

c.CourseDirectory.course_id = "neural-networks"
c.CourseDirectory.root = str(root)
# Wait for another writer instead of failing with "database is locked".
c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}?timeout=60"

# Running a submission: grading/ does it, in a sandbox and apart from the tests (see grading/README.md).
configure(c)
c.Engine.isolation = "auto"  # tests run apart from the student's code wherever they can
c.Engine.limits = {"cell_seconds": 30}  # see grading.job.Limits
c.Engine.require_sandbox = False

# Late work loses this share of its points for each day that has begun (python -m grading due ASSIGNMENT TIME).
c.LatePolicy.share_per_day = 0.0
# nbgrader release_assignment lessons hands the lessons out; c.Exchange.root is where it does.
c.ReleaseAssignment.folders = ["lessons"]

# Feedback pages lead to the lesson in the JupyterLab that `make lab` starts.
c.FeedbackPage.lesson_url = "http://localhost:8888/lab/tree/lessons/{file}#{section}"
# ... and the class page leads to its formgrader.
c.ClassReport.formgrader_url = "http://localhost:8888/formgrader"

# A rubric stands in the locked text of its question, so that formgrader shows it above the answer.
c.ClearMarkScheme.enforce_metadata = False
