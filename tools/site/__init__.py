"""The course in the browser: a static site of lessons and assignments, with Python inside."""
