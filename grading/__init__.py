"""The grading engine: student code runs apart from the tests, in a sandbox, from warm processes."""
