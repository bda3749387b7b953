"""A name that is not there: harmless to `??`, `default` and `is defined`, an error wherever its value is used."""

from collections.abc import Mapping
from typing import Any, NoReturn

from jinja2 import Undefined, UndefinedError
from jinja2.runtime import TemplateReference
from jinja2.utils import missing as absent

from runtime.errors import ExpressionFailed


class NameMissing(UndefinedError):
    """The value of a name was used that does not exist."""

    def __init__(self, path: str, name: str, known: list[str] | None, hint: str | None) -> None:
        super().__init__(hint or path)
        self.path = path
        """As the author wrote it: `inputs.dya`."""
        self.name = name
        """Its last part: `dya`."""
        self.known = known
        """The names there are in its place; None where it is a variable itself."""
        self.hint = hint


class Missing(Undefined):
    """What a lookup yields that finds nothing; going on from it (`a.b.c`) yields the same first gap."""

    __slots__ = ("path",)

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = absent,
        name: str | None = None,
        exc: type[Exception] = NameMissing,
        path: str | None = None,
    ) -> None:
        super().__init__(hint, obj, name, NameMissing)
        self.path = path or name or ""

    def failure(self) -> NameMissing:
        owner = self._undefined_obj
        known = None
        if owner is not absent:
            known = [str(key) for key in owner] if isinstance(owner, Mapping) else []
        return NameMissing(self.path, str(self._undefined_name), known, self._undefined_hint)

    def _fail(self, *_: Any, **__: Any) -> NoReturn:
        raise self.failure()

    def __getattr__(self, name: str) -> Any:
        # Python's own protocols probe for dunder attributes and must be told "no".
        if name[:2] == "__":
            raise AttributeError(name)
        return self

    def __getitem__(self, _: Any) -> "Missing":  # type: ignore[override]  # it goes on instead of failing
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _fail
    __div__ = __rdiv__ = __truediv__ = __rtruediv__ = _fail
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = _fail
    __pos__ = __neg__ = __call__ = __lt__ = __le__ = __gt__ = __ge__ = _fail
    __int__ = __float__ = __complex__ = _fail
    __str__ = __iter__ = __len__ = __bool__ = __eq__ = __ne__ = __contains__ = _fail
    __hash__ = object.__hash__


def present(value: Any) -> Any:
    """The value, which must exist, and be a value: a function is to be called."""
    if isinstance(value, Missing):
        raise value.failure()
    if callable(value) or isinstance(value, TemplateReference):
        raise not_called(value)
    return value


def require(*values: Any) -> None:
    """All of them must be values that exist."""
    for value in values:
        present(value)


def not_called(function: Any) -> ExpressionFailed:
    name = getattr(function, "__name__", getattr(function, "name", None))
    if isinstance(name, str) and name.isidentifier():
        return ExpressionFailed(f"`{name}` is a function: write `{name}()`")
    return ExpressionFailed("a loop or a block is no value: name what of it is meant (`loop.index`)")
