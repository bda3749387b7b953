"""The reference as Markdown: a page for each type, one for the keys of a flow, one for expressions, and an index.

    python -m runtime.language.pages docs/reference

writes them. They are made of the classes' own texts, as the schema for editors is.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import msgspec

from runtime.errors import PluginUnavailable
from runtime.expressions.glossary import FILTERS, FUNCTIONS, OPERATORS, TAGS, TESTS, VARIABLES, Word
from runtime.expressions.text import to_json
from runtime.language.checks import CheckKeys
from runtime.language.defaults import DefaultKeys
from runtime.language.flows import FlowKeys, ListenerKeys
from runtime.language.input_specs import CHECKS, MEANINGS, TYPES, InputKeys, OutputKeys
from runtime.language.limits import ConcurrencyKeys, SlaKeys
from runtime.language.reference import Field, fields_of, help_of
from runtime.language.retries import RetryKeys
from runtime.language.task_keys import TaskKeys
from runtime.language.triggers import TriggerKeys
from runtime.model.flow import ConditionSpec, TaskSpec
from runtime.tasks.base import Plugin
from runtime.tasks.convert import allowed, choices, is_struct
from runtime.tasks.flow import DagTask
from runtime.tasks.registry import BUILT_IN, Known, Registry

MADE = "<!-- Made by `make docs` from the classes' own texts: change those. -->"
KINDS = {"task": "tasks", "trigger": "triggers", "condition": "conditions", "runner": "runners"}
"""Kind -> the directory of its pages."""
ANCHORS = {"task": "every task", "trigger": "every trigger"}
"""Kind -> where its common keys are explained."""
FORMS: Mapping[str, str] = {
    **dict.fromkeys(("tasks", "errors", "finally", "afterExecution"), "list of tasks"),
    **dict.fromkeys(("pluginDefaults", "taskDefaults", "sla", "checks", "listeners"), "list of maps"),
    **dict.fromkeys(("retry", "concurrency"), "map"),
    "conditions": "list of conditions",
    "inputs": "list of inputs",
    "outputs": "list of outputs",
    "triggers": "list of triggers",
    "labels": "map, or list of maps with `key` and `value`",
}
"""What the keys hold whose form no class says."""
SIMPLE: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    timedelta: "duration",
    TaskSpec: "task",
    DagTask: "task with `dependsOn`",
    ConditionSpec: "condition",
    dict: "map",
    list: "list",
}
FLOW_PARTS: Mapping[str, type[msgspec.Struct]] = {
    "retry": RetryKeys,
    "pluginDefaults": DefaultKeys,
    "concurrency": ConcurrencyKeys,
    "sla": SlaKeys,
    "checks": CheckKeys,
    "outputs": OutputKeys,
    "listeners": ListenerKeys,
}
"""Keys of a flow that hold maps -> what those may have."""


def pages(registry: Registry) -> dict[str, str]:
    """File name -> text."""
    known: dict[str, list[tuple[Known, type[Plugin]]]] = {kind: [] for kind in KINDS}
    for each in registry.plugins():
        if each.kind == "part":
            continue
        try:
            known[kind_of(each)].append((each, each.load()))
        except PluginUnavailable:
            continue
    found = {"README.md": _index(known), "flow.md": flow_page(), "expressions.md": expressions_page()}
    for kind, plugins in known.items():
        found |= {f"{KINDS[kind]}/{file_name(each)}": plugin_page(each, cls) for each, cls in plugins}
    return {name: f"{MADE}\n\n{text.rstrip()}\n" for name, text in found.items()}


def index(registry: Registry) -> str:
    """What types there are."""
    return pages(registry)["README.md"].partition("\n\n")[2]


def kind_of(known: Known) -> str:
    return "task" if known.kind == "flowable" else known.kind


def file_name(known: Known) -> str:
    return f"{known.short or known.name}.md"


def _index(known: Mapping[str, list[tuple[Known, type[Plugin]]]]) -> str:
    lines = [
        "# Reference",
        "",
        "- [The keys of a flow](flow.md)",
        "- [Expressions](expressions.md): operators, tests, tags, filters, functions, variables",
    ]
    for kind, plugins in known.items():
        lines += [
            "",
            f"## {KINDS[kind].capitalize()}",
            "",
            *_table(("Type", "What it does"), _rows(kind, plugins)),
        ]
    return "\n".join(lines)


def _rows(kind: str, plugins: Iterable[tuple[Known, type[Plugin]]]) -> Iterator[tuple[str, ...]]:
    for known, cls in plugins:
        yield f"[`{known.short or known.name}`]({KINDS[kind]}/{file_name(known)})", help_of(cls).summary


# --- a type ----------------------------------------------------------------------------------------------------


def plugin_page(known: Known, cls: type[Plugin]) -> str:
    """One task, trigger, condition or runner."""
    explained, kind = help_of(cls), kind_of(known)
    lines = [f"# {known.short or known.name}", "", explained.text, ""]
    if cls.deprecated:
        lines += [f"**Deprecated**: {cls.deprecated}.", ""]
    if explained.example:
        lines += ["```yaml", explained.example, "```", ""]
    lines += ["`type:` is " + " or ".join(f"`{name}`" for name in known.names) + ".", ""]
    lines += _fields("Properties", cls)
    if kind in ANCHORS:
        lines += [
            f"It may have [the keys of {ANCHORS[kind]}](../flow.md#{ANCHORS[kind].replace(' ', '-')}) too."
        ]
    return "\n".join(lines)


def _fields(title: str, cls: type[msgspec.Struct], level: int = 2) -> list[str]:
    """The keys of a class as a table, and those of the maps inside it."""
    fields = fields_of(cls)
    if not fields:
        return []
    lines = [f"{'#' * level} {title}", "", *_table(("Key", "Value", "Meaning"), map(_row, fields)), ""]
    for field in fields:
        for inner in _structs(field.kind):
            lines += _fields(f"`{field.name}`", inner, min(level + 1, 5))
    return lines


def key_line(field: Field) -> str:
    """A key in one line."""
    _, kind, meaning = _row(field)
    return f"{kind}. {meaning}"


def _row(field: Field) -> tuple[str, ...]:
    needed = " **required**" if field.required else ""
    form = FORMS.get(field.name, "anything") if field.kind is Any else kind_words(field.kind)
    default = "" if field.default is None else f" Default: `{_written(field.default)}`."
    literal = "" if field.rendered else " Not an expression."
    return f"`{field.name}`{needed}", form, f"{field.text}{default}{literal}".strip()


def _written(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value)


def _structs(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """The classes of the maps that a type holds."""
    for option in choices(kind):
        if is_struct(option) and option not in (TaskSpec, ConditionSpec):
            yield option
        elif get_origin(option) is not None:
            yield from (inner for argument in get_args(option) for inner in _structs(argument))


def kind_words(kind: Any) -> str:
    """A type in words."""
    return " or ".join(dict.fromkeys(_words(option) for option in choices(kind)))


def _words(kind: Any) -> str:
    origin = get_origin(kind) or kind
    if origin is Annotated:
        return _words(get_args(kind)[0])
    if allowed(kind):
        return ", ".join(f"`{value}`" for value in allowed(kind))
    if kind in SIMPLE:
        return SIMPLE[kind]
    if is_struct(kind):
        return "map"
    arguments = [argument for argument in get_args(kind) if argument is not Ellipsis]
    if origin in (list, tuple):
        return f"list of {_plural(kind_words(arguments[0]))}" if arguments else "list"
    if origin is dict:
        values = kind_words(arguments[1])
        return "map" if values == "anything" else f"map of {_plural(values)}"
    return "anything"


def _plural(words: str) -> str:
    if words.startswith(("list", "map")):
        return words.replace("list", "lists", 1).replace("map", "maps", 1)
    return words if words.startswith("`") or words in ("anything", "true or false") else f"{words}s"


# --- a flow ----------------------------------------------------------------------------------------------------


def flow_page() -> str:
    """The keys of a flow, and of what it holds."""
    lines = [
        "# The keys of a flow",
        "",
        *_table(("Key", "Value", "Meaning"), map(_row, fields_of(FlowKeys))),
        "",
    ]
    lines += ["## Every task", "", *_table(("Key", "Value", "Meaning"), map(_row, fields_of(TaskKeys))), ""]
    lines += [
        "## Every trigger",
        "",
        *_table(("Key", "Value", "Meaning"), map(_row, fields_of(TriggerKeys))),
        "",
    ]
    lines += [*_fields("`inputs`", InputKeys), *_input_types()]
    for key in FLOW_PARTS:
        lines += [flow_part(key), ""]
    return "\n".join(lines)


def flow_part(key: str) -> str:
    """What stands under a key of a flow."""
    cls = FLOW_PARTS[key]
    rows = _table(("Key", "Value", "Meaning"), map(_row, fields_of(cls)))
    return "\n".join([f"## `{key}`", "", help_of(cls).text, "", *rows])


def _input_types() -> list[str]:
    """The keys that only some types of inputs have."""
    owners: dict[str, list[str]] = {}
    for kind, own in CHECKS.items():
        for key in own:
            owners.setdefault(key, []).append(kind)
    rows = [(f"`{key}`", ", ".join(kinds), MEANINGS[key]) for key, kinds in owners.items()]
    types = ", ".join(f"`{kind}`" for kind in TYPES)
    return [f"`type` is one of {types}.", "", *_table(("Key", "Types", "Meaning"), rows), ""]


# --- expressions -----------------------------------------------------------------------------------------------


def expressions_page() -> str:
    """Every word of the expression language."""
    lines = [
        "# Expressions",
        "",
        "`{{ ... }}` in a text is an expression, in Kestra's dialect of Pebble; where a text is one expression and nothing else, its",
        "value keeps its type. A name that does not exist is an error that names the nearest one. A template may not run for long, nor",
        "build much: it is ended with an error where it does.",
    ]
    for title, words in (
        ("Variables", VARIABLES),
        ("Functions", FUNCTIONS),
        ("Filters", FILTERS),
        ("Tests", TESTS),
        ("Tags", TAGS),
        ("Operators", OPERATORS),
    ):
        header = ("Name", "Meaning") if words is VARIABLES else ("Usage", "Meaning", "Example", "Result")
        lines += ["", f"## {title}", "", *_table(header, (_word(word, len(header)) for word in words))]
    return "\n".join(lines)


def _word(word: Word, columns: int) -> tuple[str, ...]:
    also = f" Also `{'`, `'.join(word.also)}`." if word.also else ""
    row = (_code(word.usage), word.text + also, _code(word.example), _code(word.result))
    return row[:columns]


def _code(text: str) -> str:
    return f"`{text}`".replace("\n", "⏎") if text else ""


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [_line(header), _line(tuple("---" for _ in header))]
    return lines + [_line(row) for row in rows]


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def write(directory: Path, registry: Registry) -> None:
    """The pages as files; those of types that are gone go too."""
    wanted = pages(registry)
    for path in directory.rglob("*.md"):
        if str(path.relative_to(directory)) not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), Registry(BUILT_IN))
