"""How Kestra's classes are called: the beginnings of their names."""

KESTRA = "io.kestra.plugin."
OLD_TASKS = "io.kestra.core.tasks."
"""Of versions before 0.17; flows still use them."""
