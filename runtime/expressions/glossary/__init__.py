"""Every word of the expression language, explained: for the pages in `docs/`, `flowdeck explain`, and editors.

An example with a result is rendered in a test: what is written here is so.
"""

from runtime.expressions.glossary.entry import Word
from runtime.expressions.glossary.filters import FILTERS
from runtime.expressions.glossary.functions import FUNCTIONS
from runtime.expressions.glossary.grammar import OPERATORS, TAGS, TESTS, VARIABLES

__all__ = ["FILTERS", "FUNCTIONS", "OPERATORS", "TAGS", "TESTS", "VARIABLES", "Word"]
