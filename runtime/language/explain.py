"""`flowdeck explain NAME`: one part of the reference, by whatever name a person has for it."""

from runtime.errors import InvalidRequest, PluginUnavailable
from runtime.expressions.glossary import FILTERS, FUNCTIONS, OPERATORS, TAGS, TESTS, VARIABLES, Word
from runtime.language.flows import FlowKeys
from runtime.language.pages import FLOW_PARTS, flow_part, index, key_line, plugin_page
from runtime.language.reference import fields_of
from runtime.language.report import nearest
from runtime.language.task_keys import TaskKeys
from runtime.tasks.registry import Registry

WORDS: dict[str, tuple[Word, ...]] = {
    "filter": FILTERS,
    "function": FUNCTIONS,
    "test": TESTS,
    "tag": TAGS,
    "operator": OPERATORS,
    "variable": VARIABLES,
}


def explain(name: str, registry: Registry) -> str:
    """What a type, a key, or a word of an expression is, in Markdown; without a name what there is."""
    if not name:
        return index(registry)
    found = [*_type(name, registry), *_keys(name), *_words(name)]
    if found:
        return "\n\n".join(part.strip() for part in found) + "\n"
    near = nearest(name, known(registry))
    hint = f"did you mean `{near}`?" if near else "`flowdeck explain` alone lists the types"
    raise InvalidRequest(f"there is no type, key, filter or function `{name}`", hint=hint)


def known(registry: Registry) -> list[str]:
    """All that can be explained."""
    words = [word.name for group in WORDS.values() for word in group]
    keys = [field.name for cls in (FlowKeys, TaskKeys) for field in fields_of(cls)]
    return [*registry.all_names(), *keys, *words]


def _type(name: str, registry: Registry) -> list[str]:
    plugin = registry.find(name) or next(
        (
            each
            for each in registry.plugins()
            if each.kind != "part" and each.name.rpartition(".")[2].lower() == name.lower()
        ),
        None,
    )
    if plugin is None:
        return []
    try:
        return [plugin_page(plugin, plugin.load())]
    except PluginUnavailable as error:
        return [f"# {plugin.name}\n\n{error.message}"]


def _keys(name: str) -> list[str]:
    owners = {"a flow": FlowKeys, "every task": TaskKeys}
    found = [
        f"`{name}` of {owner}: {key_line(field)}"
        for owner, cls in owners.items()
        for field in fields_of(cls)
        if field.name == name
    ]
    return [*found, flow_part(name)] if name in FLOW_PARTS else found


def _words(name: str) -> list[str]:
    return [
        _word(kind, word)
        for kind, group in WORDS.items()
        for word in group
        if name in (word.name, *word.also)
    ]


def _word(kind: str, word: Word) -> str:
    lines = [f"`{word.usage}` ({kind}): {word.text}"]
    if word.example:
        lines.append(f"\n    {word.example}" + (f"\n    -> {word.result}" if word.result else ""))
    return "\n".join(lines)
