"""A JupyterHub for the class on one Linux machine: HUB.md."""
