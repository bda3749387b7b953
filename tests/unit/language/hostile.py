"""Files that are made to take a reader's time or memory, or to break it: `python hostile.py` reads them all and says what it took."""

import json
import resource
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from runtime.language import load

Text = str | bytes
SIZE = 9_999_000
NAME = "id: f\nnamespace: n\n"
TASKS = f"{NAME}tasks:\n"
ONE = "  - {id: a, type: log, message: hi}\n"
FLOW = TASKS + ONE


def tasks(count: int, line: str) -> str:
    """A flow of so many tasks; `#` is the number of each."""
    return TASKS + "".join(f"  - {line}\n".replace("#", str(number)) for number in range(count))


def message(text: str) -> str:
    return f"{TASKS}  - {{id: a, type: log, message: '{text}'}}"


def laughs(levels: int) -> str:
    """Each level holds the one below nine times."""
    lines = ["  a: &a [x,x,x,x,x,x,x,x,x]"]
    names = "abcdefghijklmnopqrst"
    for below, name in zip(names, islice(names, 1, levels), strict=False):
        lines.append(f"  {name}: &{name} [{','.join([f'*{below}'] * 9)}]")
    return "\n".join(lines)


def dag(circle: bool) -> str:
    ahead = [(number + 1) % 12_000 if circle else max(number - 1, 0) for number in range(12_000)]
    entries = [
        f"      - {{task: {{id: t{number}, type: log, message: x}}, dependsOn: [t{need}]}}"
        for number, need in enumerate(ahead)
    ]
    return f"{TASKS}  - id: d\n    type: dag\n    tasks:\n" + "\n".join(entries)


def chained_inputs() -> str:
    lines = [
        f"  - {{id: i{number}, type: STRING, dependsOn: {{inputs: [i{(number + 1) % 15_000}]}}}}"
        for number in range(15_000)
    ]
    return f"{NAME}inputs:\n" + "\n".join(lines) + f"\ntasks:\n{ONE}"


def nested_tasks() -> str:
    levels = "".join(
        f"{'  ' * (2 * level + 1)}- id: s{level}\n{'  ' * (2 * level + 2)}type: sequential\n{'  ' * (2 * level + 2)}tasks:\n"
        for level in range(60)
    )
    return TASKS + levels


CASES: dict[str, Callable[[], Text]] = {
    # anchors and aliases
    "billion laughs": lambda: f"{NAME}variables:\n{laughs(12)}\ntasks:\n{ONE}",
    "as many laughs as are allowed": lambda: f"{NAME}variables:\n{laughs(5)}\ntasks: [{{id: a, type: log, message: *e}}]",
    "a long text, often": lambda: "a: &a '" + "x" * 1_000_000 + "'\nb: [" + "*a," * 5_000 + "]",
    "merge keys": lambda: "a: &a {"
    + ",".join(f"k{number}: 1" for number in range(1_000))
    + "}\n"
    + "\n".join(f"b{number}: {{<<: *a}}" for number in range(1_000)),
    "a circle": lambda: "a: &a\n  b: *a\n",
    "a circle of merges": lambda: "a: &a {<<: *a}",
    "a key that is an alias": lambda: "&a a: *a\n? *a\n: x\n? {x: y}\n: z",
    "many anchors": lambda: "[" + "".join(f"&a{number} x," for number in range(190_000)) + "]",
    # size
    "a text of 10 MB": lambda: message("x" * SIZE),
    "a block of 10 MB": lambda: f"{TASKS}  - id: a\n    type: log\n    message: |\n" + "      abcdefgh\n" * (SIZE // 15),
    "more than 10 MB": lambda: "x" * 11_000_000,
    "200,000 tasks": lambda: tasks(200_000, "{id: t#, type: log, message: hi}"),
    "a list of 5,000,000": lambda: "[" + "1," * (SIZE // 2) + "]",
    "a key of 10 MB": lambda: "a" * SIZE + ": 1",
    "a number of 10 MB": lambda: "id: " + "9" * SIZE,
    "long keys": lambda: "\n".join(f"k{number}{'x' * 1_000}: 1" for number in range(9_000)),
    # depth
    "brackets": lambda: "[" * SIZE,
    "braces": lambda: "{a: " * (SIZE // 4),
    "dashes": lambda: "- " * (SIZE // 2),
    "questions": lambda: "? " * (SIZE // 2),
    "steps": lambda: "\n".join(" " * depth + "a:" for depth in range(3_000)),
    "nested tasks": nested_tasks,
    # letters
    "no UTF-8": lambda: b"id: f\nname: \xff\xfe",
    "UTF-16": lambda: FLOW.encode("utf-16"),
    "a byte order mark": lambda: b"\xef\xbb\xbf" + FLOW.encode(),
    "CRLF": lambda: FLOW.replace("\n", "\r\n"),
    "CR": lambda: FLOW.replace("\n", "\r"),
    "tabs": lambda: "id: f\n\tnamespace: n\n",
    "a tab behind": lambda: FLOW.replace("hi}", "hi}\t"),
    "nuls": lambda: "\0" * SIZE,
    "a lone surrogate": lambda: "id: \ud800",
    "empty lines": lambda: "\n" * SIZE,
    "comments": lambda: "# x\n" * (SIZE // 4),
    "quotes": lambda: "'" * SIZE,
    "colons": lambda: "a" + ": a" * (SIZE // 3),
    "tags": lambda: "[" + "".join(f"!t{number} x," for number in range(100_000)) + "]",
    "directives": lambda: "%TAG ! tag:x:\n" * 100_000 + "---\na",
    "documents": lambda: "---\n" * 1_000_000,
    "floats": lambda: "[" + "1e999999999," * 100_000 + "]",
    # templates
    "a template of 10 MB": lambda: message("{{ a }}" * (SIZE // 7)),
    "a template of 900 KB": lambda: message("{{ a }}" * 120_000),
    "tags by the thousand": lambda: message("{% if a %}x{% endif %}" * 40_000),
    "a long sum": lambda: message("{{ " + "a ~ " * 220_000 + " b }}"),
    "open brackets": lambda: message("{{ " + "(" * 100_000 + " }}"),
    "20,000 templates with tags": lambda: tasks(20_000, '{id: t#, type: log, message: "{% if a# %}{{ b# }}{% endif %}"}'),
    "20,000 broken templates": lambda: tasks(20_000, '{id: t#, type: log, message: "{{ b# | nofilter# }}{{ x"}'),
    "20,000 unknown filters": lambda: tasks(20_000, '{id: t#, type: log, message: "{{ b | filter# }}"}'),
    "40,000 unknown names": lambda: tasks(20_000, '{id: t#, type: log, message: "{{ outputs.b#.x }}{{ inputs.c# }}"}'),
    # many of one kind
    "40,000 unknown keys": lambda: tasks(20_000, "{id: t#, type: log, message: a, mesage#: 4, typo#: 5}"),
    "20,000 unknown types": lambda: tasks(20_000, "{id: t#, type: lgo#, message: a}"),
    "20,000 classes": lambda: tasks(20_000, "{id: t#, type: io.kestra.plugin.x#.Y#, message: a}"),
    "20,000 times one id": lambda: tasks(20_000, "{id: t, type: log, message: a}"),
    "one key 100,000 times": lambda: NAME + "a: 1\n" * 100_000,
    "15,000 inputs in a circle": chained_inputs,
    "a long Dag": lambda: dag(circle=False),
    "a Dag that is a circle": lambda: dag(circle=True),
    "60,000 labels": lambda: f"{FLOW}labels: {{{','.join(f'{chr(39)}K {number}{chr(39)}: x' for number in range(60_000))}}}",
    "60,000 cases": lambda: f"{TASKS}  - id: s\n    type: switch\n    value: x\n    cases: {{{','.join(f'c{number}: []' for number in range(60_000))}}}",
    "3,000 defaults": lambda: tasks(10_000, "{id: t#, type: log, message: hi}")
    + "pluginDefaults:\n"
    + "".join(f"  - {{type: io.kestra, values: {{k{number}: 1}}}}\n" for number in range(3_000)),
    "5,000 schedules": lambda: FLOW
    + "triggers:\n"
    + "".join(
        f"  - {{id: s{number}, type: schedule, cron: '0 0 31 2 *', timezone: Foo/Bar{number}}}\n" for number in range(5_000)
    ),
    # values
    "a validator": lambda: f"{NAME}inputs: [{{id: a, type: STRING, validator: '{'(a*)*' * 1_500}', defaults: '{'a' * 60}b'}}]\ntasks:\n{ONE}",
    "a duration": lambda: f"{NAME}tasks: [{{id: a, type: sleep, duration: {'9' * 5_000}}}]",
}  # fmt: skip


def _peak() -> float:
    """Megabytes that this program took at the most. What getrusage tells began with the memory of who started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    for name, make in CASES.items():
        text = make()
        begun = time.process_time()
        loaded = load(text)
        print(
            json.dumps(
                {
                    "name": name,
                    "seconds": time.process_time() - begun,
                    "megabytes": _peak(),
                    "flow": loaded.flow is not None,
                    "errors": sum(problem.is_error for problem in loaded.problems),
                    "problems": [
                        [problem.line, problem.column, problem.message] for problem in loaded.problems[:3]
                    ],
                }
            )
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
