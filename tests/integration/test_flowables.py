"""Tasks that hold others, in a whole runtime: what their children see, and what they leave."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.client.client import Client
from runtime.model.states import State
from runtime.model.views import ExecutionView
from tests.runtimes import in_process, run, settings


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with in_process(settings(tmp_path)) as client:
        yield client


def flow(tasks: str) -> str:
    return f"id: held\nnamespace: company.team\ntasks:\n{tasks}\n"


def values(view: ExecutionView, task_id: str) -> list[str]:
    """What a Return gave, in the order of creation."""
    assert view.execution.state is State.SUCCESS, view.execution.error
    return [run.outputs["value"] for run in view.task_runs if run.task_id == task_id]


NESTED = """\
- id: outer
  type: foreach
  values: [{"k": 1}, b]
  tasks:
    - id: inner
      type: foreach
      values: '["x", "y"]'
      concurrencyLimit: 0
      tasks:
        - id: made
          type: return
          format: "{{ parent.taskrun.value }} {{ taskrun.value }} {{ taskrun.iteration }} {{ parents[0].taskrun.iteration }}"
        - id: seen
          type: return
          format: "{{ outputs.made[parent.taskrun.value][taskrun.value].value }} = {{ currentEachOutput(outputs.made).value }}"
"""


async def test_loops_in_loops_know_all_their_values(client: Client) -> None:
    view = await run(client, flow(NESTED))
    made = values(view, "made")
    assert made == ['{"k":1} x 0 0', '{"k":1} y 1 0', "b x 0 1", "b y 1 1"]
    assert sorted(values(view, "seen")) == sorted(f"{each} = {each}" for each in made)


THROUGH = """\
- id: each
  type: foreach
  values: [a, b]
  tasks:
    - id: together
      type: parallel
      tasks:
        - id: choice
          type: switch
          value: "{{ parent.taskrun.value }}"
          cases:
            a: [{id: first, type: return, format: "first {{ parents[0].taskrun.value }}"}]
          defaults: [{id: other, type: return, format: "other {{ parent.taskrun.value }}"}]
- {id: after, type: return, format: "{{ outputs.first.a.value }}, {{ outputs.other['b'].value }}"}
"""


async def test_what_stands_in_between_hides_no_value(client: Client) -> None:
    assert values(await run(client, flow(THROUGH)), "after") == ["first a, other b"]


async def test_a_loop_over_what_an_earlier_task_found(client: Client) -> None:
    found = '- {id: found, type: outputs, values: {list: [1, 2, 2, {"a": 1}]}}\n'
    loop = "- {id: each, type: foreach, values: '{{ outputs.found.values.list }}', tasks: [{id: t, type: return, format: '{{ taskrun.value }}'}]}"
    assert values(await run(client, flow(found + loop)), "t") == ["1", "2", '{"a":1}']


UNTIL = """\
- id: loop
  type: io.kestra.plugin.core.flow.WaitFor
  condition: "{{ outputs.seen.value == 'seen 3' }}"
  checkFrequency: {interval: PT0.01S, maxIterations: "{{ 2 + 3 }}", maxDuration: PT1H}
  tasks:
    - {id: seen, type: return, format: "seen {{ outputs.loop.iterationCount }}"}
- {id: after, type: return, format: "{{ outputs.loop.iterationCount }} {{ outputs.seen.value }}"}
"""


async def test_a_loop_runs_until_its_condition_holds(client: Client) -> None:
    view = await run(client, flow(UNTIL))
    assert values(view, "after") == ["3 seen 3"]
    assert [each.task_id for each in view.task_runs] == ["loop", "seen", "after"]


LOOPS_THAT_FAIL = {
    "{condition: '{{ outputs.nothing.value }}'}": "nothing",
    "{condition: 'false', checkFrequency: {interval: PT0S, maxIterations: 2}, failOnMaxReached: true}": "2 iterations",
    "{condition: 'true', checkFrequency: {maxIterations: '{{ 0 }}'}}": "`maxIterations`: expected `int` >= 1",
    "{condition: 'true', checkFrequency: {interval: '{{ \"soon\" }}'}}": "`interval`: invalid ISO8601 duration",
}


@pytest.mark.parametrize("keys", LOOPS_THAT_FAIL)
async def test_a_loop_that_cannot_go_on_says_why(client: Client, keys: str) -> None:
    task = f"- {{id: loop, type: loop_until, tasks: [{{id: t, type: return}}], {keys[1:]}"
    view = await run(client, flow(task))
    assert view.execution.state is State.FAILED
    assert LOOPS_THAT_FAIL[keys] in str(view.execution.error)


TURNS = """\
- {id: before, type: return, format: seen}
- id: outer
  type: io.kestra.plugin.core.flow.Loop
  values: {x: 1, y: {z: 2}}
  concurrencyLimit: 1
  outputs:
    - {id: made, type: STRING, value: "{{ outputs.made.value }}"}
    - {id: inner, type: JSON, value: "{{ loopOutputs(outputs.inner.outputs, 'pair') }}"}
  tasks:
    - {id: made, type: return, format: "{{ item.key }}={{ item.value }} at {{ item.index }}, {{ outputs.before.value }}"}
    - id: inner
      type: loop
      values: [p, p]
      outputs: [{id: pair, type: STRING, value: "{{ outputs.pair.value }}"}]
      tasks:
        - {id: pair, type: return, format: "{{ item.parent.key }}{{ item.parents[0].index }}{{ item.value }}{{ item.index }} {{ outputs.made.value }}"}
- {id: after, type: return, format: "{{ outputs.outer.outputs[1].outputs.made }} of {{ outputs.outer.iterationCount }}"}
- {id: hidden, type: return, format: "{{ outputs.made.value ?? 'not seen here' }}"}
"""


async def test_a_loop_gives_what_its_turns_gave(client: Client) -> None:
    view = await run(client, flow(TURNS))
    assert values(view, "after") == ['y={"z":2} at 1, seen of 2']
    assert values(view, "hidden") == ["not seen here"]
    (outer,) = (each for each in view.task_runs if each.task_id == "outer")
    assert outer.outputs["outputs"] == [
        {
            "item": {"value": "1", "iteration": 0, "key": "x"},
            "outputs": {"made": "x=1 at 0, seen", "inner": ["x0p0 x=1 at 0, seen", "x0p1 x=1 at 0, seen"]},
        },
        {
            "item": {"value": '{"z":2}', "iteration": 1, "key": "y"},
            "outputs": {
                "made": 'y={"z":2} at 1, seen',
                "inner": ['y1p0 y={"z":2} at 1, seen', 'y1p1 y={"z":2} at 1, seen'],
            },
        },
    ]


FROM_A_FILE = """\
- {id: file, type: io.kestra.plugin.core.storage.Write, content: "1.50\\n{\\"a\\": 1}\\n\\n{b: 2}\\n", extension: .txt}
- id: each
  type: loop
  values: "{{ outputs.file.uri }}"
  outputs: [{id: n, type: STRING, value: "{{ item.value }}"}]
  tasks: [{id: t, type: return}]
- {id: after, type: return, format: "{{ read(outputs.each.uri) }}"}
"""


async def test_a_loop_over_a_file_leaves_a_file(client: Client) -> None:
    view = await run(client, flow(FROM_A_FILE))
    (text,) = values(view, "after")
    assert [json.loads(line)["outputs"] for line in text.splitlines()] == [
        {"n": "1.50"},
        {"n": '{"a":1}'},
        {"n": '{"b":2}'},
    ]


LOOPS = {
    "values: [1, 2, 3], concurrencyLimit: 1, breakWhen: '{{ item.value == \"2\" }}'": (State.SUCCESS, 2),
    "values: [1, 2], concurrencyLimit: 1, breakWhen: '{{ iteration.outputs.n == 1 }}', outputs: [{id: n, type: INT, value: '{{ item.value }}'}]": (
        State.SUCCESS,
        1,
    ),
    "values: [], outputs: [{id: n, type: INT, value: '{{ item.value }}'}]": (State.SUCCESS, 0),
    "values: '{{ 7 }}'": (State.FAILED, 0),
    "values: [1, 1], outputs: [{id: n, type: INT, value: '{{ nothing }}'}], concurrencyLimit: 1": (
        State.FAILED,
        1,
    ),
}


@pytest.mark.parametrize("keys", LOOPS)
async def test_turns_of_a_loop(client: Client, keys: str) -> None:
    view = await run(client, flow(f"- {{id: each, type: loop, {keys}, tasks: [{{id: t, type: return}}]}}"))
    state, count = LOOPS[keys]
    assert (view.execution.state, sum(each.task_id == "t" for each in view.task_runs)) == (state, count)


# --- one directory


def cached(keys: str, command: str = "true", more: str = "") -> str:
    """Each execution adds a line to a file that is kept, and one to a file that is not; then both are told."""
    lines = "mkdir -p kept && echo x >> kept/lines && echo x >> lost"
    return flow(f"""\
- id: here
  type: working_directory
  cache: {{{keys}}}
  {more}
  tasks:
    - id: count
      type: shell
      taskRunner: {{type: process}}
      commands: ["{lines}", "cat kept/lines > told; echo / >> told; cat lost >> told", "{command}"]
      outputFiles: [told]
- {{id: told, type: return, format: "{{{{ read(outputs.count.outputFiles.told) | replace({{'\\n': ''}}) }}}}"}}
""")


async def told(client: Client, source: str) -> str:
    return values(await run(client, source), "told")[0]


async def test_files_that_are_cached_are_there_again(client: Client) -> None:
    source = cached("patterns: ['kept/**']")
    assert [await told(client, source) for _ in range(3)] == ["x/x", "xx/x", "xxx/x"]


async def test_what_is_too_old_begins_anew(client: Client) -> None:
    source = cached("patterns: ['kept/**'], ttl: '{{ \"PT0S\" }}'")
    assert [await told(client, source) for _ in range(2)] == ["x/x", "x/x"]


async def test_what_ended_badly_is_not_kept(client: Client) -> None:
    await run(client, cached("patterns: ['kept/**']", "exit 1"))
    assert await told(client, cached("patterns: ['kept/**']")) == "x/x"


async def test_files_of_a_cache_give_way_to_those_that_the_flow_lays(client: Client) -> None:
    source = cached("patterns: ['kept/**']", more="inputFiles: {kept/lines: 'new '}")
    assert [await told(client, source) for _ in range(2)] == ["new x/x", "new x/x"]


async def test_each_turn_of_a_loop_has_its_own_cache(client: Client) -> None:
    source = """\
- id: each
  type: foreach
  values: [a, b]
  tasks:
    - id: here
      type: working_directory
      cache: {patterns: [seen]}
      tasks:
        - id: count
          type: shell
          taskRunner: {type: process}
          commands: ["echo {{ parent.taskrun.value }} >> seen"]
          outputFiles: [seen]
- {id: told, type: return, format: "{{ read(outputs.count.a.outputFiles.seen) }}{{ read(outputs.count.b.outputFiles.seen) }}"}
"""
    assert [(await told(client, flow(source))).split() for _ in range(2)] == [
        ["a", "b"],
        ["a", "a", "b", "b"],
    ]


async def test_a_cache_that_makes_no_sense_is_told(client: Client) -> None:
    keys = "patterns: ['*'], ttl: '{{ \"soon\" }}'"
    view = await run(client, cached(keys))
    assert "`ttl`" in str(view.execution.error)
