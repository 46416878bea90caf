"""One submission: its notebook is rebuilt and run, its code in the sandbox, the tests in a trusted process."""
