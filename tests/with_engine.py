"""A pytest plugin: nbgrader's own tests, with the engine and its pages in the place of nbgrader's."""

import functools

import nbgrader.api
from nbgrader.converters import Autograde, GenerateFeedback
from traitlets.config import Config

from grading.configure import configure


def pytest_configure():
    """Give every converter the course's settings, under those that the test makes."""
    for converter in Autograde, GenerateFeedback:
        converter.__init__ = _configured(converter.__init__)
    # Every new gradebook would start alembic to ask for a version that does not change.
    nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)


def _configured(original):
    def init(self, coursedir=None, **options):
        config = Config()
        configure(config)
        config.Engine.reference_must_pass = False  # the answers in their sources are not right
        config.merge(options.get("config") or getattr(options.get("parent"), "config", Config()))
        original(self, coursedir, **options | {"config": config})

    return init


def pytest_collection_modifyitems(items):
    """Let the tests of the API execute: they leave it out only to be quick, and the engine refuses that."""
    for module in {item.module for item in items if item.module.__name__.endswith(".test_api")}:
        module.run_nbgrader = _executing(module.run_nbgrader)


def _executing(original):
    return lambda arguments, **options: original([a for a in arguments if a != "--no-execute"], **options)
