"""nbgrader's settings for students: it has none for what Validate shows, so that method is replaced."""

import sys
from pathlib import Path

from nbgrader.validator import Validator

sys.path.insert(0, str(Path(__file__).parent))
import validation

Validator._get_failed_cells = validation.open_first
