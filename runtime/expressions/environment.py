"""Jinja2's sandbox, closed further: a lookup reaches the keys of maps, the items of lists and the methods listed in `methods`, and
nothing else of a Python object."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from typing import Any

from jinja2 import Environment, nodes
from jinja2.lexer import Lexer
from jinja2.nodes import EvalContext
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing as absent

from runtime.errors import ExpressionFailed
from runtime.expressions import methods
from runtime.expressions.compiler import DialectCompiler
from runtime.expressions.lexer import DialectLexer
from runtime.expressions.limits import charge, check_text, step, work
from runtime.expressions.missing import Missing, NameMissing, require
from runtime.expressions.parser import DialectParser
from runtime.expressions.text import Entry, entries, kind, text

_LOOP = {"index": "index0", "revindex": "revindex0"} | {
    name: name
    for name in ("index0", "revindex0", "first", "last", "length", "depth", "depth0", "previtem", "nextitem")
}
"""What a loop knows of itself; it counts from 0, as Pebble does."""


class Scope(Context):
    """The names of one rendering. The variables are looked up where they are, never copied."""

    def __init__(
        self,
        environment: Environment,
        variables: Mapping[str, Any],
        blocks: Mapping[str, Callable[[Context], Any]],
        functions: Mapping[str, Any],
        evaluation: EvalContext,
    ) -> None:
        self.environment = environment
        self.parent = variables  # type: ignore[assignment]
        self.vars: dict[str, Any] = {}
        self.eval_ctx = evaluation
        self.exported_vars: set[str] = set()
        self.name = None
        self.blocks = {name: [block] for name, block in blocks.items()}
        self.functions = functions

    def resolve_or_missing(self, key: str) -> Any:
        if key in self.vars:
            return self.vars[key]
        try:
            return self.parent[key]
        except KeyError:
            return self.functions.get(key, absent)


class Dialect(ImmutableSandboxedEnvironment):
    """The environment that all templates of one `Expressions` share."""

    code_generator_class = DialectCompiler
    context_class = Scope

    def __init__(self) -> None:
        # Not optimized: a constant folded into a text of megabytes would stay in the cache.
        super().__init__(
            undefined=Missing, keep_trailing_newline=True, autoescape=False, optimized=False, cache_size=0
        )
        self.own_lexer = DialectLexer(self)
        self.filters.clear()
        self.tests.clear()
        self.globals.clear()
        self.evaluation = EvalContext(self)

    @property
    def lexer(self) -> Lexer:
        return self.own_lexer

    def tree(self, source: str) -> nodes.Template:
        """The template, parsed."""
        return DialectParser(self, source).parse()

    @staticmethod
    def concat(parts: Iterable[Any]) -> str:
        """The output of a block, a macro or a `set` as one text."""
        texts = [text(part) for part in parts]
        check_text(sum(map(len, texts)))
        return "".join(texts)

    # --- what generated code calls -----------------------------------------------------------------------------

    def lookup(self, obj: Any, key: Any, path: str | None = None) -> Any:
        """`obj.key` or `obj[key]`."""
        try:
            if type(obj) is dict:
                return obj[key]
            return self._found(obj, key)
        except (LookupError, TypeError):
            pass
        if isinstance(obj, Missing):
            return obj
        if isinstance(key, Missing):
            return key
        if isinstance(obj, Mapping) and not isinstance(key, str) and text(key) in obj:
            return obj[text(key)]
        return Missing(obj=obj, name=text(key), path=path)

    def _found(self, obj: Any, key: Any) -> Any:
        """The part of an object, or LookupError."""
        if isinstance(obj, Mapping):
            return obj[key]
        if isinstance(obj, Entry) and key in ("key", "value"):
            return obj.key if key == "key" else obj.value
        if isinstance(obj, LoopContext):
            return getattr(obj, _LOOP[key])
        if isinstance(obj, (str, list, tuple, range, date, time)):
            return self._item(obj, key)
        raise LookupError(key)

    def _item(self, obj: Any, key: Any) -> Any:
        if isinstance(key, str) and not key.isdecimal():
            return methods.find(obj, key)(obj)
        return obj[int(key)]

    # Jinja2's own filters (`map(attribute=...)`) come by these.
    getattr = getitem = lookup  # type: ignore[assignment]

    def cut(self, obj: Any, start: Any, stop: Any, stride: Any) -> Any:
        require(obj)
        if not isinstance(obj, (str, list, tuple, range)):
            raise ExpressionFailed(f"only texts and lists have parts, not {kind(obj)}")
        part = obj[start:stop:stride]
        charge(len(part))
        return part

    def invoke(self, context: Scope, obj: Any, name: str, path: str, *args: Any, **kwargs: Any) -> Any:
        """`obj.name(...)`: a method in the manner of Java, or a function that lies in a map."""
        require(obj, *args, *kwargs.values())
        step()
        if isinstance(obj, Mapping) and callable(obj.get(name)):
            return self.call(context, obj[name], *args, **kwargs)
        if isinstance(obj, LoopContext) and name in ("cycle", "changed"):
            return getattr(obj, name)(*args)
        try:
            method = methods.find(obj, name)
        except LookupError:
            raise ExpressionFailed(
                f"`{path}()`: {kind(obj)} has no such method", hint=methods.hint(obj, name)
            ) from None
        work(obj, *args)
        result = method(obj, *args, **kwargs)
        if isinstance(result, (str, list)):
            charge(len(result))
        return result

    def call(self, context: Scope, function: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """`function(...)`."""
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        step()
        if isinstance(function, Missing):
            failure = function.failure()
            raise NameMissing(f"{failure.path}()", failure.name, failure.known, failure.hint)
        require(*args, *kwargs.values())
        work(*args)
        if isinstance(function, Macro):
            return function(context.eval_ctx, *args, **kwargs)
        if isinstance(function, LoopContext):
            return function(each(*args))
        if isinstance(function, BlockReference) or callable(function):
            return (
                function(context, *args, **kwargs) if _takes_context(function) else function(*args, **kwargs)
            )
        raise ExpressionFailed(f"{kind(function)} is not a function")

    def coalesce(self, nulls: bool, left: Callable[[], Any], right: Callable[[], Any]) -> Any:
        """`left ?? right`; with `nulls`, `left ??? right`."""
        try:
            value = left()
        except NameMissing:
            return right()
        if isinstance(value, Missing) or (value is None and not nulls):
            return right()
        return value

    def fallback(self, value: Callable[[], Any], default: Any = "", boolean: bool = False) -> Any:
        """`value | default(default)`: for what is missing, null or empty; with `boolean`, also for false and 0."""
        found = self.coalesce(False, value, lambda: None)
        return default if is_empty(found) or (boolean and not found) else found


def _takes_context(function: Any) -> bool:
    return getattr(function, "jinja_pass_arg", None) is not None


def is_empty(value: Any) -> bool:
    """Null, a blank text, a list or a map without items."""
    require(value)
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, (Mapping, list, tuple, range, set)) and not value)


def each(value: Any, weight: int = 1) -> list[Any]:
    """What `for` runs over: a list, or the entries of a map; nothing for null."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        items: list[Any] = entries(value)
    elif isinstance(value, str) or not isinstance(value, Iterable):
        hint = (
            "`fromJson(...)` makes a list of JSON text, `| split(',')` of other text"
            if isinstance(value, str)
            else ""
        )
        raise ExpressionFailed(f"`for` runs over lists and maps, not over {kind(value)}", hint=hint)
    else:
        items = list(value)
    step(len(items) * weight)
    return items
