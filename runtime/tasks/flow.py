"""The tasks that hold others. They have no `run`: the engine goes through their tasks by their rule."""

from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from runtime.model.flow import Rule
from runtime.tasks.base import Flowable, Tasks, Verbatim
from runtime.tasks.namespace_files import NamespaceFiles


class Group(Flowable, frozen=True, kw_only=True):
    """The lists that every task of tasks may have beside its own."""

    errors: Tasks = ()
    """Run one after the other when a task inside has failed."""
    finally_: Tasks = msgspec.field(default=(), name="finally")
    """Run at the end, whatever happened."""


class Sequential(Group, frozen=True, kw_only=True):
    """Run tasks one after the other.

    - id: load
      type: sequential
      tasks:
        - {id: first, type: log, message: one}
        - {id: second, type: log, message: two}
    """

    rule: ClassVar[Rule] = Rule.SEQUENTIAL

    tasks: Tasks
    """At least one."""


class Parallel(Group, frozen=True, kw_only=True):
    """Run tasks side by side.

    - id: extract
      type: parallel
      concurrent: 2
      tasks:
        - {id: orders, type: shell, commands: [./orders.sh]}
        - {id: customers, type: shell, commands: [./customers.sh]}
    """

    rule: ClassVar[Rule] = Rule.PARALLEL

    tasks: Tasks
    """At least one."""
    concurrent: int = 0
    """How many at once; 0 for all."""


class DagTask(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A task of a Dag, and what must have ended before it starts."""

    task: Any
    """The task itself."""
    depends_on: list[str] = msgspec.field(default_factory=list)
    """Ids of other tasks of the same Dag."""


class Dag(Group, frozen=True, kw_only=True):
    """Run tasks as soon as those they depend on have ended.

    - id: models
      type: dag
      tasks:
        - task: {id: orders, type: shell, commands: [./orders.sh]}
        - task: {id: report, type: shell, commands: [./report.sh]}
          dependsOn: [orders]
    """

    rule: ClassVar[Rule] = Rule.DAG

    tasks: list[DagTask]
    """Each with the ids that it waits for; they may not depend on each other in a circle."""
    concurrent: int = 0
    """How many at once; 0 for all that may."""


class ForEach(Group, frozen=True, kw_only=True):
    """Run tasks once for each value; `taskrun.value` is the value, `taskrun.iteration` counts from 0.

    - id: regions
      type: foreach
      values: [eu, us]
      concurrencyLimit: 2
      tasks:
        - {id: load, type: shell, commands: ["./load.sh {{ taskrun.value }}"]}
    """

    rule: ClassVar[Rule] = Rule.FOR_EACH

    tasks: Tasks
    """Run one after the other for each value."""
    values: Any
    """A list, or a JSON text of one; of a map each entry, as `{"key": ..., "value": ...}`. A value that comes twice counts once."""
    concurrency_limit: Annotated[int, Verbatim] = 1
    """How many values at once; 0 for all."""


class EachSequential(Group, frozen=True, kw_only=True):
    """Run tasks once for each value, one value after the other. The older form of ForEach.

    - id: regions
      type: each_sequential
      value: ["eu", "us"]
      tasks:
        - {id: load, type: shell, commands: ["./load.sh {{ taskrun.value }}"]}
    """

    deprecated: ClassVar[str] = "use ForEach: `value` is called `values` there"
    rule: ClassVar[Rule] = Rule.FOR_EACH

    tasks: Tasks
    """Run one after the other for each value."""
    value: Any
    """As the `values` of ForEach."""


class EachParallel(Group, frozen=True, kw_only=True):
    """Run each task for each value, all side by side. The older form of ForEach.

    - id: regions
      type: each_parallel
      value: ["eu", "us"]
      concurrent: 2
      tasks:
        - {id: load, type: shell, commands: ["./load.sh {{ taskrun.value }}"]}
    """

    deprecated: ClassVar[str] = (
        "use ForEach: `value` is called `values` there, and `concurrencyLimit: 0` runs all values at once"
    )
    rule: ClassVar[Rule] = Rule.EACH_PARALLEL

    tasks: Tasks
    """Tasks of one value do not wait for each other; put them into a Sequential where they should."""
    value: Any
    """As the `values` of ForEach."""
    concurrent: int = 0
    """How many task runs at once; 0 for all."""


class Loop(Group, frozen=True, kw_only=True):
    """Run tasks once for each value; each turn sees its own outputs only, and gives `outputs` to what comes after.

    `item.value` is the value, `item.index` counts from 0, `item.key` is the key of a map, `item.parent` the turn of the Loop around.
    Afterwards `outputs.ID.outputs[0].outputs` are those of the first turn.

    - id: regions
      type: loop
      values: [eu, us]
      concurrencyLimit: 2
      tasks:
        - {id: load, type: shell, commands: ["./load.sh {{ item.value }}"]}
      outputs:
        - {id: rows, type: INT, value: "{{ outputs.load.vars.rows }}"}
    """

    rule: ClassVar[Rule] = Rule.LOOP

    tasks: Tasks
    """Run one after the other in each turn; `errors` and `finally` belong to the turn too."""
    values: Any
    """A list, a map, a JSON text of one, or the address of a stored file: one value a line. What comes twice is two turns."""
    concurrency_limit: Annotated[int, Verbatim] = 0
    """How many turns at once; 0 for all."""
    transmit_failed: Annotated[bool, Verbatim] = True
    """Whether the Loop fails where a turn does; else the other turns run on."""
    outputs: Annotated[list[dict[str, Any]], Verbatim] = msgspec.field(default_factory=list)
    """What a turn gives, as the `outputs` of a flow: id, type and value."""
    fetch_type: Annotated[Literal["AUTO", "FETCH", "STORE"], Verbatim] = "AUTO"
    """FETCH: `outputs.ID.outputs` is a list; STORE: `outputs.ID.uri` is a file of it; AUTO: as the values came."""
    break_when: Annotated[Any, Verbatim] = None
    """Looked at after each turn: where it is true no further turn begins. It sees `item`, `iteration.state` and `iteration.outputs`."""


class CheckFrequency(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """How often a loop runs, and how often at the most."""

    interval: timedelta = timedelta(minutes=1)
    """The rest between two iterations."""
    max_iterations: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """After so many the loop ends; without a number it goes on."""
    max_duration: timedelta | None = None
    """After this time no further iteration begins."""


class LoopUntil(Group, frozen=True, kw_only=True):
    """Run tasks again and again until a condition holds. `outputs.ID.iterationCount` counts from 1; of the tasks inside, the
    last iteration's runs and outputs are seen.

    - id: wait_for_export
      type: loop_until
      condition: "{{ outputs.ask.body | jq('.status') | first == 'done' }}"
      checkFrequency: {interval: PT30S, maxDuration: PT1H}
      failOnMaxReached: true
      tasks:
        - {id: ask, type: http, uri: "https://example.org/exports/7"}
    """

    rule: ClassVar[Rule] = Rule.LOOP_UNTIL

    tasks: Tasks
    """Run one after the other, at least once."""
    condition: Any
    """Looked at after each iteration: `false`, `0` and an empty text mean once more."""
    check_frequency: CheckFrequency = CheckFrequency()
    """Once a minute without an end, if nothing else is said."""
    fail_on_max_reached: bool = False
    """Whether it fails when a limit is reached before the condition holds; else the flow goes on."""


class If(Group, frozen=True, kw_only=True):
    """Run `then` where a condition holds, else `else`.

    - id: monday
      type: if
      condition: "{{ now(format='EEEE') == 'Monday' }}"
      then:
        - {id: full, type: dbt, commands: [dbt build --full-refresh]}
      else:
        - {id: usual, type: dbt, commands: [dbt build]}
    """

    rule: ClassVar[Rule] = Rule.IF

    condition: Any
    """`false`, `0` and an empty text do not hold; any other value does."""
    then: Tasks = ()
    """Run where it holds."""
    else_: Tasks = msgspec.field(default=(), name="else")
    """Run where it does not."""


class Switch(Group, frozen=True, kw_only=True):
    """Run the tasks of the case that a value names.

    - id: by_region
      type: switch
      value: "{{ inputs.region }}"
      cases:
        eu:
          - {id: eu, type: log, message: Europe}
      defaults:
        - {id: other, type: log, message: elsewhere}
    """

    rule: ClassVar[Rule] = Rule.SWITCH

    value: Any
    """Compared as text."""
    cases: Annotated[dict[str, Tasks], msgspec.Meta(extra={"tasks": True})] = msgspec.field(
        default_factory=dict
    )
    """For each value its tasks."""
    defaults: Tasks = ()
    """Run where no case fits. Without them a value that no case names is a failure."""


class AllowFailure(Sequential, frozen=True, kw_only=True):
    """Run tasks one after the other; where one fails the rest is left out, and the flow goes on with a warning.

    - id: optional
      type: allow_failure
      tasks:
        - {id: freshness, type: dbt, commands: [dbt source freshness]}
    """

    rule: ClassVar[Rule] = Rule.ALLOW_FAILURE


class Cache(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Files that are kept from one execution to the next."""

    patterns: list[str]
    """Globs, relative to the working directory: `node_modules/**`."""
    ttl: timedelta | None = None
    """How long they are good after they were written; without it, for ever."""


class WorkingDirectory(Sequential, frozen=True, kw_only=True):
    """Run tasks one after the other in one directory: what one writes the next finds.

    - id: project
      type: working_directory
      tasks:
        - {id: clone, type: git.clone, url: "https://github.com/your-org/dbt-project"}
        - {id: build, type: dbt, commands: [dbt build]}
    """

    rule: ClassVar[Rule] = Rule.WORKING_DIRECTORY

    input_files: dict[str, Any] | str | None = None
    """Names and contents of files to write first."""
    output_files: list[str] = msgspec.field(default_factory=list)
    """Globs of the files to keep as `outputs.ID.outputFiles`."""
    namespace_files: NamespaceFiles | None = None
    """Files of namespaces to put there first: `{enabled: true}` for all of the flow's own."""
    cache: Cache | None = None
    """Files to keep for the next execution: they are there when it begins. Only what ended well is kept."""
