"""Expressions: templates compiled once, rendered often."""

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateSyntaxError, nodes, pass_context

from runtime.errors import ExpressionFailed, Failure
from runtime.expressions import references
from runtime.expressions.checks import TESTS
from runtime.expressions.dates import date_filters, date_functions
from runtime.expressions.environment import Dialect, Scope, each
from runtime.expressions.failures import describe, describe_syntax
from runtime.expressions.functions import INSIDE, OUTSIDE
from runtime.expressions.limits import BUDGET, MAX_TEMPLATE, Budget, charge, check_text, enter, work
from runtime.expressions.lists import COLLECTION_FILTERS, from_json
from runtime.expressions.missing import present, require
from runtime.expressions.parser import EXISTING, LOOPED
from runtime.expressions.scopes import ASSIGN, FETCH, share_variables
from runtime.expressions.shapes import shape
from runtime.expressions.strings import STRING_FILTERS
from runtime.expressions.text import text

CACHED = 2_000  # compiled templates
TOO_DEEP = "the expression is nested too deeply"

_NOTHING: Mapping[str, Callable[..., Any]] = {}


class Expressions:
    """The expression language. One object serves all flows: it keeps compiled templates and nothing of a rendering.

    `functions` and `filters` are those that need the outside world or a library (`uuid`, `yaml`, `jq`); what differs from one
    rendering to the next (`secret`, `kv`, `read`) lies as a callable among the variables. `zone` is where dates are
    read and written that do not say so; None is the server's.
    """

    def __init__(
        self,
        functions: Mapping[str, Callable[..., Any]] = _NOTHING,
        *,
        filters: Mapping[str, Callable[..., Any]] = _NOTHING,
        zone: tzinfo | None = None,
    ) -> None:
        self.functions: dict[str, Callable[..., Any]] = {
            **INSIDE,
            **date_functions(zone),
            "render": self._render_function(),
            "renderOnce": self._render_function(once=True),
            **functions,
        }
        self._environment = Dialect()
        self._environment.tests |= TESTS | {FETCH: _fetch, EXISTING: present}
        for name, function in {
            **STRING_FILTERS,
            **COLLECTION_FILTERS,
            **date_filters(zone),
            **filters,
        }.items():
            self._environment.filters[name] = _guarded(function)
        self._environment.filters |= {"default": _default, "d": _default, LOOPED: _each, ASSIGN: _assign}
        self._compiled = lru_cache(CACHED)(self._compile)
        self._parsed = lru_cache(CACHED)(self._parse)
        self._shape_problems = lru_cache(CACHED)(lambda text: tuple(self._problems("{{" + text + "}}")))
        self._shape_names = lru_cache(CACHED)(self._names_of_shape)

    # --- rendering ---------------------------------------------------------------------------------------------

    def render(self, template: str, variables: Mapping[str, Any]) -> str:
        """The text. What was rendered is not rendered again, unless by `render()`."""
        if "{" not in template:
            return template
        token = BUDGET.set(Budget())
        try:
            return self._render(template, variables)
        finally:
            BUDGET.reset(token)

    def evaluate(self, template: str, variables: Mapping[str, Any]) -> Any:
        """The value: of its own type where the template is one expression, null where it writes nothing.

        Text with a map or list in it is read as JSON where it is JSON: `[{{ a }}, {{ b }}]` is a list.
        """
        if "{" not in template:
            return template
        token = BUDGET.set(Budget())
        try:
            return self._evaluate(template, variables)
        finally:
            BUDGET.reset(token)

    def render_value(self, value: Any, variables: Mapping[str, Any]) -> Any:
        """The value with every text in it evaluated, keys of maps rendered; what has no templates is left as it is."""
        if isinstance(value, str):
            return self.evaluate(value, variables)
        if isinstance(value, Mapping):
            return {
                self.render(key, variables) if isinstance(key, str) else key: self.render_value(
                    value[key], variables
                )
                for key in value
            }
        if isinstance(value, (list, tuple)):
            return [self.render_value(item, variables) for item in value]
        return value

    # --- looking without rendering -----------------------------------------------------------------------------

    def names(self, template: str, *, guarded: bool = True) -> set[tuple[str, ...]]:
        """What the template refers to: `("outputs", "extract", "value")`, `("secret",)`.

        Without `guarded`, only what must be there: not `a.b` in `a.b ?? c`, `a.b | default(c)` and `a.b is defined`.
        """
        if "{" not in template:
            return set()
        found = shape(template)
        if found is not None and not self._shape_problems(found.text):
            return {found.named(reference) for reference in self._shape_names(found.text, guarded)}
        return references.references(self._parsed(template), guarded=guarded)

    def calls(self, template: str, function: str) -> set[str]:
        """The literal first arguments of a function's calls: which secrets, which keys."""
        return references.calls(self._parsed(template), function) if "{" in template else set()

    def problems(self, template: str) -> list[str]:
        """What is wrong with the template, whatever the variables; nothing where it is fine."""
        if "{" not in template:
            return []
        found = shape(template)
        if found is not None and not self._shape_problems(found.text):
            return []
        return self._problems(template)

    def _problems(self, template: str) -> list[str]:
        try:
            tree = self._parsed(template)
        except ExpressionFailed as error:
            return [error.message]
        environment = self._environment
        found = references.unknown_operations(tree, environment.filters, environment.tests)
        found += references.unknown_functions(tree, {*self.functions, *OUTSIDE})
        # an expression that can be parsed can be compiled; a tag may be in a wrong place
        return found or (self._compile_problems(template) if "{%" in template else [])

    def dashes(self, template: str) -> dict[tuple[str, ...], str]:
        """References like `inputs.a-b`, which subtract: the name that may be meant, and what to tell the author if it is.

        It is a mistake where a name with that dash exists, and arithmetic where none does: only the flow can tell.
        """
        return references.dashes(self._environment.lexer, template) if "-" in template else {}

    def _names_of_shape(self, text: str, guarded: bool) -> frozenset[tuple[str, ...]]:
        return frozenset(references.references(self._parsed("{{" + text + "}}"), guarded=guarded))

    def _compile_problems(self, template: str) -> list[str]:
        try:
            self._compiled(template)
        except ExpressionFailed as error:
            return [error.message]
        return []

    # --- inside ------------------------------------------------------------------------------------------------

    def _scope(self, blocks: Mapping[str, Any], variables: Mapping[str, Any]) -> Scope:
        environment = self._environment
        return Scope(environment, variables, blocks, self.functions, environment.evaluation)

    def _render(self, template: str, variables: Mapping[str, Any]) -> str:
        root, blocks = self._compiled(template)
        try:
            parts = [
                part if type(part) is str else text(part) for part in root(self._scope(blocks, variables))
            ]
            if len(parts) == 1:
                return parts[0]
            check_text(sum(map(len, parts)))
            return "".join(parts)
        except Failure:
            raise
        except Exception as error:
            raise describe(error, template, variables, self.functions) from error

    def _evaluate(self, template: str, variables: Mapping[str, Any]) -> Any:
        root, blocks = self._compiled(template)
        try:
            values = [present(value) for value in root(self._scope(blocks, variables)) if value is not None]
            return _joined(values)
        except Failure:
            raise
        except Exception as error:
            raise describe(error, template, variables, self.functions) from error

    def _parse(self, template: str) -> nodes.Template:
        if len(template) > MAX_TEMPLATE:
            raise ExpressionFailed(f"the expression has more than {MAX_TEMPLATE:,} characters")
        try:
            return self._environment.tree(template)
        except TemplateSyntaxError as error:
            raise describe_syntax(error, template) from error
        except RecursionError as error:
            raise ExpressionFailed(TOO_DEEP) from error

    def _compile(self, template: str) -> tuple[Callable[[Scope], Iterable[Any]], Mapping[str, Any]]:
        environment = self._environment
        tree = self._parse(template)
        try:
            if wrong := references.unknown_operations(tree, environment.filters, environment.tests):
                raise ExpressionFailed(wrong[0])
            share_variables(tree)
            compiled = Template.from_code(environment, environment.compile(tree), {})
        except TemplateSyntaxError as error:
            raise describe_syntax(error, template) from error
        except (RecursionError, MemoryError, SyntaxError) as error:
            raise ExpressionFailed(TOO_DEEP) from error
        return compiled.root_render_func, compiled.blocks

    def _render_function(self, *, once: bool = False) -> Callable[..., Any]:
        """`render(text)`, which renders until nothing changes, and `renderOnce(text)`."""

        @pass_context
        def render(context: Scope, toRender: Any = None, recursive: bool = True, template: Any = None) -> Any:  # noqa: N803  (Kestra's name)
            source = toRender if template is None else template
            return self._again(context, source, recursive=recursive and not once)

        return render

    def _again(self, context: Scope, source: Any, *, recursive: bool) -> Any:
        if isinstance(source, Mapping):
            return {key: self._again(context, source[key], recursive=recursive) for key in source}
        if isinstance(source, (list, tuple, set, frozenset)):
            return [self._again(context, item, recursive=recursive) for item in source]
        rendered = source
        while isinstance(rendered, str) and "{" in rendered:
            enter()
            before, rendered = rendered, self._render(rendered, context.parent)
            if rendered == before or not recursive:
                break
        return rendered


def _joined(values: list[Any]) -> Any:
    """The outputs as one: null, the value, or text; what the text is as JSON if a map or list is among them."""
    if len(values) < 2:
        return values[0] if values else None
    texts = [text(value) for value in values]
    check_text(sum(map(len, texts)))
    whole = "".join(texts)
    if not any(isinstance(value, (Mapping, list, tuple)) for value in values):
        return whole
    try:
        return from_json(whole)
    except ExpressionFailed:
        return whole


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that refuses what does not exist, and pays for what it builds."""
    takes_context = getattr(function, "jinja_pass_arg", None) is not None

    @pass_context
    def call(context: Scope, value: Any, /, *args: Any, **kwargs: Any) -> Any:
        require(value, *args, *kwargs.values())
        work(value)
        result = (
            function(context, value, *args, **kwargs) if takes_context else function(value, *args, **kwargs)
        )
        if isinstance(result, (str, list, dict)):
            charge(len(result))
        return result

    return call


def _each(value: Any, weight: int) -> list[Any]:
    return each(present(value), weight)


@pass_context
def _assign(context: Scope, value: Any, name: str) -> None:
    context.vars[name] = present(value)


@pass_context
def _fetch(context: Scope, name: str) -> Any:
    return context.resolve(name)


@pass_context
def _default(context: Scope, value: Any, default: Any = "", boolean: bool = False) -> Any:
    environment: Any = context.environment
    return environment.fallback(lambda: value, default, boolean)
