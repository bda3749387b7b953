"""What the store promises of flows and their revisions."""

from datetime import timedelta

import msgspec
import pytest

from runtime.errors import FlowNotFound
from runtime.model.flow import Flow, InputSpec, OutputSpec, Rule, TaskSpec, TriggerSpec
from runtime.model.retry import Retry
from runtime.store import Store
from tests.contract.store_facts import NOON, flow

LATER = NOON + timedelta(days=1)

WHOLE = Flow(
    id="whole",
    namespace="company",
    labels={"team": "größe"},
    variables={"n": 1, "deep": {"list": [1, "{{ x }}", None]}},
    inputs=(InputSpec(id="day", type="DATE", defaults="2026-01-01", checks={"after": "2020-01-01"}, line=3),),
    tasks=(
        TaskSpec(
            id="each",
            type="io.kestra.plugin.core.flow.ForEach",
            rule=Rule.FOR_EACH,
            branches={"tasks": (TaskSpec(id="say", type="log", retry=Retry(type="constant", interval=timedelta(seconds=5))),)},
            properties={"values": ["a", "b"]},
        ),
    ),
    finally_=(TaskSpec(id="last", type="log"),),
    outputs=(OutputSpec(id="rows", type="INT", value="{{ outputs.say.rows }}"),),
    triggers=(TriggerSpec(id="daily", type="schedule", properties={"cron": "@daily"}, stop_after=("FAILED",)),),
    source="id: whole\n# ☃\n",
)  # fmt: skip


async def test_a_flow_comes_back_as_it_was_with_its_revision(store: Store) -> None:
    saved = await store.flows.save(WHOLE, "whole.yaml", NOON)
    assert saved == msgspec.structs.replace(WHOLE, revision=1)
    assert await store.flows.get("company", "whole") == saved


async def test_only_another_text_makes_another_revision(store: Store) -> None:
    texts = ["one", "one", "two", "two", "one"]
    saved = [await store.flows.save(flow(source=text), "f.yaml", NOON) for text in texts]
    assert [each.revision for each in saved] == [1, 1, 2, 2, 3]


async def test_each_revision_stays(store: Store) -> None:
    await store.flows.save(flow(source="one"), "f.yaml", NOON)
    await store.flows.save(flow(source="two"), "f.yaml", LATER)
    assert (await store.flows.get("company.team", "nightly", 1)).source == "one"
    assert (await store.flows.get("company.team", "nightly")).source == "two"
    assert await store.flows.revisions("company.team", "nightly") == [(2, LATER, "two"), (1, NOON, "one")]


async def test_the_active_flows_are_the_last_saved_ones_with_their_files(store: Store) -> None:
    await store.flows.save(flow("b"), "b.yaml", NOON)
    await store.flows.save(flow("a", source="one"), "a.yaml", NOON)
    await store.flows.save(flow("a", source="two"), "moved/a.yaml", NOON)
    found = [(each.id, each.revision, file) for each, file in await store.flows.active()]
    assert found == [("a", 2, "moved/a.yaml"), ("b", 1, "b.yaml")]


async def test_a_flow_that_returns_unchanged_is_active_with_its_old_revision(store: Store) -> None:
    await store.flows.save(flow(), "f.yaml", NOON)
    await store.flows.deactivate("company.team", "nightly")
    assert await store.flows.active() == []
    assert (await store.flows.get("company.team", "nightly")).revision == 1
    await store.flows.save(flow(), "f.yaml", LATER)
    assert [each.revision for each, _ in await store.flows.active()] == [1]


async def test_a_flow_saved_for_one_run_is_known_and_not_active(store: Store) -> None:
    await store.flows.save(flow(), "f.yaml", NOON, active=False)
    assert await store.flows.active() == []
    assert (await store.flows.get("company.team", "nightly")).revision == 1


async def test_flows_of_one_name_in_two_namespaces_are_two(store: Store) -> None:
    await store.flows.save_many([(flow(namespace="a"), "a.yaml"), (flow(namespace="b"), "b.yaml")], NOON)
    assert [(each.namespace, each.revision) for each, _ in await store.flows.active()] == [("a", 1), ("b", 1)]


async def test_five_hundred_flows_are_saved_at_once(store: Store) -> None:
    given = [(flow(f"flow{number:03}"), f"{number}.yaml") for number in range(500)]
    saved = await store.flows.save_many(given, NOON)
    assert [each.id for each in saved] == [each.id for each, _ in given]
    assert [each for each, _ in await store.flows.active()] == saved


async def test_saving_nothing_changes_nothing(store: Store) -> None:
    assert await store.flows.save_many([], NOON) == []


@pytest.mark.parametrize(
    ("name", "revision", "hint"),
    [
        ("nightyl", None, "company.team.nightly"),
        ("something-else-altogether", None, "flowdeck flow list"),
        ("nightly", 7, "flowdeck flow revisions company.team.nightly"),
        ("nightyl", 7, "company.team.nightly"),
    ],
)
async def test_a_flow_that_is_not_there_is_told_with_what_may_be_meant(
    store: Store, name: str, revision: int | None, hint: str
) -> None:
    await store.flows.save(flow(), "f.yaml", NOON)
    with pytest.raises(FlowNotFound) as failure:
        await store.flows.get("company.team", name, revision)
    assert hint in failure.value.hint


async def test_an_unknown_flow_has_no_revisions(store: Store) -> None:
    assert await store.flows.revisions("company.team", "none") == []
