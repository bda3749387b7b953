"""What the store promises of dbt nodes, triggers and the audit."""

from datetime import timedelta

import msgspec

from runtime.store import Store, TriggerState
from runtime.store.audit import Entry
from tests.contract.store_facts import NOON, node

PAUSED = TriggerState(
    namespace="company.team",
    flow_id="nightly",
    trigger_id="daily",
    paused=True,
    last_fired=NOON,
    next_fire=NOON + timedelta(days=1, microseconds=3),
    execution_id="e",
    updated=NOON,
)


def named(trigger_id: str, flow_id: str = "nightly") -> TriggerState:
    return TriggerState(namespace="company.team", flow_id=flow_id, trigger_id=trigger_id, updated=NOON)


# --- nodes


async def test_a_node_comes_back_as_it_was(store: Store) -> None:
    whole = node("a", "fail", started=NOON, ended=NOON, execution_s=0.25, failures=3, depends_on=("model.b",))
    await store.nodes.upsert("e", [whole])
    assert await store.nodes.of("e") == [whole]


async def test_the_last_word_on_a_node_stays_in_its_place(store: Store) -> None:
    await store.nodes.upsert("e", [node("b", "queued"), node("a", "queued")])
    await store.nodes.upsert("e", [node("a", "started")])
    await store.nodes.upsert("e", [node("b", "success")])
    assert await store.nodes.of("e") == [node("b", "success"), node("a", "started")]


async def test_one_model_in_two_task_runs_is_two_nodes(store: Store) -> None:
    both = [node("a", task_run_id="e-1"), node("a", task_run_id="e-2")]
    await store.nodes.upsert("e", both)
    assert await store.nodes.of("e") == both


async def test_nodes_of_another_execution_are_not_shown(store: Store) -> None:
    await store.nodes.upsert("e", [node("a")])
    assert await store.nodes.of("f") == []


async def test_nodes_stand_as_they_were_first_heard_of_though_batches_overlap(store: Store) -> None:
    for names in ("ab", "abc", "d"):
        await store.nodes.upsert("e", [node(name) for name in names])
    assert [each.unique_id[-1] for each in await store.nodes.of("e")] == ["a", "b", "c", "d"]


async def test_five_thousand_nodes_are_kept_at_once(store: Store) -> None:
    many = [node(f"m{number}") for number in range(5000)]
    await store.nodes.upsert("e", many)
    await store.nodes.upsert("e", many)
    assert await store.nodes.of("e") == many


# --- triggers


async def test_a_trigger_comes_back_as_it_was(store: Store) -> None:
    await store.triggers.put(PAUSED)
    assert await store.triggers.get("company.team", "nightly", "daily") == PAUSED


async def test_a_trigger_forgets_what_its_next_state_leaves_out(store: Store) -> None:
    await store.triggers.put(PAUSED)
    fresh = msgspec.structs.replace(PAUSED, paused=False, next_fire=None, execution_id=None)
    await store.triggers.put(fresh)
    assert await store.triggers.list() == [fresh]


async def test_an_unknown_trigger_is_none(store: Store) -> None:
    assert await store.triggers.get("company.team", "nightly", "daily") is None


async def test_triggers_are_listed_by_flow_and_name(store: Store) -> None:
    for state in (named("b", "z"), named("b", "a"), named("a", "z")):
        await store.triggers.put(state)
    assert await store.triggers.list() == [named("b", "a"), named("a", "z"), named("b", "z")]


async def test_a_deleted_trigger_is_gone_and_its_sister_stays(store: Store) -> None:
    await store.triggers.put(named("a"))
    await store.triggers.put(named("b"))
    await store.triggers.delete("company.team", "nightly", "a")
    await store.triggers.delete("company.team", "nightly", "never")
    assert await store.triggers.list() == [named("b")]


# --- audit


async def test_the_audit_is_paged_newest_first(store: Store) -> None:
    for number in range(5):
        at = NOON + timedelta(seconds=number)
        await store.audit.add(at, "ann", "execution.kill", f"e{number}", {"reason": "☃", "n": number})
    first = await store.audit.page(limit=2)
    assert first[0] == Entry(
        5, NOON + timedelta(seconds=4), "ann", "execution.kill", "e4", {"reason": "☃", "n": 4}
    )
    rest = await store.audit.page(before=first[-1].number, limit=10)
    assert [entry.target for entry in (*first, *rest)] == ["e4", "e3", "e2", "e1", "e0"]
