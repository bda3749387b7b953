"""Kestra's expression language (`{{ ... }}`) on Jinja2's sandbox: rendering, and what a template refers to.

Nothing here knows the time, the network or a file: what needs them is handed in.
"""

from runtime.expressions.arguments import arguments
from runtime.expressions.dates import format_date, now_function
from runtime.expressions.renderer import Expressions
from runtime.expressions.text import duration, iso, plain, text, to_json
from runtime.expressions.truth import is_falsy, is_truthy, truth

__all__ = [
    "Expressions",
    "arguments",
    "duration",
    "format_date",
    "is_falsy",
    "is_truthy",
    "iso",
    "now_function",
    "plain",
    "text",
    "to_json",
    "truth",
]
