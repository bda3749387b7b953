"""The reference: everything is in it, and what is committed is what the classes say."""

from pathlib import Path

import msgspec
import pytest

from runtime.errors import InvalidRequest
from runtime.expressions.glossary import FILTERS, FUNCTIONS, OPERATORS, TAGS, TESTS, VARIABLES
from runtime.language.explain import explain
from runtime.language.flows import FlowKeys
from runtime.language.pages import FLOW_PARTS, KINDS, file_name, kind_of, pages
from runtime.language.reference import fields_of, help_of
from runtime.language.task_keys import TaskKeys
from runtime.language.triggers import TriggerKeys
from runtime.tasks.registry import BUILT_IN, Known, Registry

COMMITTED = Path(__file__).parents[3] / "docs" / "reference"
NAMED = [known for known in BUILT_IN if known.kind != "part"]
REGISTRY = Registry(BUILT_IN)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages(REGISTRY)


def test_the_committed_pages_are_what_make_docs_writes(made: dict[str, str]) -> None:
    committed = {str(path.relative_to(COMMITTED)): path.read_text() for path in COMMITTED.rglob("*.md")}
    stale = sorted(name for name in made.keys() | committed.keys() if made.get(name) != committed.get(name))
    assert stale == [], "`make docs` writes them anew"


@pytest.mark.parametrize("known", NAMED, ids=lambda known: known.name)
def test_every_type_has_a_page_with_every_key_and_name(known: Known, made: dict[str, str]) -> None:
    page = made[f"{KINDS[kind_of(known)]}/{file_name(known)}"]
    cls = known.load()
    assert help_of(cls).summary
    for name in (*(field.encode_name for field in msgspec.structs.fields(cls)), *known.names):
        assert f"`{name}`" in page
    assert f"({KINDS[kind_of(known)]}/{file_name(known)})" in made["README.md"]


def test_every_key_has_a_text(made: dict[str, str]) -> None:
    classes = [known.load() for known in NAMED] + [FlowKeys, TaskKeys, TriggerKeys, *FLOW_PARTS.values()]
    assert [
        f"{cls.__name__}.{field.name}" for cls in classes for field in fields_of(cls) if not field.text
    ] == []
    for cls in (FlowKeys, TaskKeys, TriggerKeys, *FLOW_PARTS.values()):
        for field in fields_of(cls):
            assert f"`{field.name}`" in made["flow.md"]


def test_every_word_of_expressions_is_on_their_page(made: dict[str, str]) -> None:
    for word in (*FILTERS, *FUNCTIONS, *TESTS, *TAGS, *OPERATORS, *VARIABLES):
        assert word.usage.replace("|", "\\|") in made["expressions.md"]


ASKED = {
    "dbt": "# dbt",
    "io.kestra.plugin.core.log.Log": "# log",
    "ForEach": "# foreach",
    "retry": "`maxAttempts`",
    "runIf": "`runIf` of every task",
    "dateAdd": "(filter)",
    "yaml": "(function)",
    "??": "(operator)",
    "": "# Reference",
}


@pytest.mark.parametrize(("name", "said"), ASKED.items())
def test_what_is_asked_for_is_explained(name: str, said: str) -> None:
    assert said in explain(name, REGISTRY)


def test_what_nobody_knows_gets_the_nearest_name() -> None:
    with pytest.raises(InvalidRequest) as failed:
        explain("dateAd", REGISTRY)
    assert failed.value.hint == "did you mean `dateAdd`?"
