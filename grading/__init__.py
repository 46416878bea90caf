"""The grading engine: student code runs apart from the tests, in a sandbox, from warm processes."""

import sys

# jsonschema tries to import this package, which takes a second, for a format that notebooks do not use.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # what makes Python's import fail
