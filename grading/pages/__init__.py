"""What people read: the feedback page of a student, the report about a class, similar work, formgrader's view."""
