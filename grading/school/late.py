"""What late work loses."""

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float


class LatePolicy(LateSubmissionPlugin):
    """Takes a share of the points off for each day that was begun after the deadline."""

    share_per_day = Float(0.0, min=0.0, max=1.0, help="Share of the points that is lost for each day.").tag(config=True)
    grace_minutes = Float(0.0, min=0.0, help="Work that comes so little late is not late.").tag(config=True)

    def __str__(self) -> str:
        if not self.share_per_day:
            return "Late work loses everything." if self.penalty_method == "zero" else "Late work loses nothing."
        grace = f" after {self.grace_minutes:g} minutes" if self.grace_minutes else ""
        return f"Late work loses {100 * self.share_per_day:g} % of its points for each day that has begun{grace}."

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points that are taken off, or None."""
        if not self.share_per_day:
            usual: float | None = super().late_submission_penalty(student_id, score, total_seconds_late)
            return usual
        if total_seconds_late <= 60 * self.grace_minutes:
            return None
        days = math.ceil(total_seconds_late / 86400)
        return round(score * min(1.0, days * self.share_per_day), 2)
