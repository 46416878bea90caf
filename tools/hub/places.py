"""Where the settings of a hub lie, from the root of its environment."""

from pathlib import Path

SETTINGS = Path("etc", "jupyter", "nbgrader_config.py")  # of everybody
STUDENT_SETTINGS = Path("share", "neural-networks", "student")
