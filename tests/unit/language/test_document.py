"""YAML as the language reads it."""

import math
from typing import Any

import pytest

from runtime.errors import InvalidRequest
from runtime.language.document import MAX_BYTES, dump, load_plain, read, written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("", None),
        ("7", 7),
        ("-7", -7),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("1.", 1.0),
        (".inf", math.inf),
        ("-.inf", -math.inf),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("1" * 500, "1" * 500),
        ("'7'", "7"),
        ('"true"', "true"),
        ("!!str 7", "7"),
        ("!!float 7", 7.0),
        ("!!int '7'", 7),
        ("PT5M", "PT5M"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    document = read(f"key: {text}")
    assert document.problems == ()
    assert document.value == {"key": value}
    assert type(document.value["key"]) is type(value)


def test_keys_are_text_as_written() -> None:
    assert read("1: a\ntrue: b\non: c\n~: d").value == {"1": "a", "true": "b", "on": "c", "~": "d"}


def test_anchors_and_merge_keys() -> None:
    document = read("base: &b {a: 1, b: 2}\nuse: {<<: *b, b: 3}\nboth: {<<: [*b, {c: 4}], a: 9}\nagain: *b")
    assert document.value["use"] == {"a": 1, "b": 3}
    assert document.value["both"] == {"a": 9, "b": 2, "c": 4}
    assert document.value["again"] == {"a": 1, "b": 2}


def test_positions_are_those_of_keys_and_items() -> None:
    document = read("a:\n  - b: 1\n    c: 2\n  - d\n")
    assert document.positions[("a",)] == (1, 1)
    assert document.positions["a", 0, "c"] == (3, 5)
    assert document.positions["a", 1] == (4, 5)
    assert document.position(("a", 1, "missing")) == (4, 5)
    assert document.position(("nothing",)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: 1\nb:\n  c.d: 1\n  c.d: 2", 4, 3, "Duplicate field 'c.d': it stands in line 3"),
        ("a: {{ x }}", 1, 4, "must be in quotes"),
        ("a: {{ x }} and more\nb: 1", 1, 4, "must be in quotes"),
        ("a:\n  - {{ x }}", 2, 5, "must be in quotes"),
        ("a: {% if x %}", 1, 4, "must be in quotes"),
        ("a: 1\n{{ x }}b: 2", 2, 1, "must be in quotes"),
        ("{{a: 1}: 2}", 1, 1, "must be in quotes"),
        ("{ {a: 1}: 2}", 1, 3, "a key must be a text"),
        ("a:\n\tb: 1", 2, 1, "a tab"),
        ("a: &x [*x]", 1, 8, "inside what it stands for"),
        ("a: *x", 1, 4, "nothing before is marked"),
        ("a: !secret x", 1, 4, "the tag `!secret`"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document"),
        ("? [a]\n: b", 1, 3, "a key must be a text"),
        ("a: b: c", 1, 5, "mapping values"),
        ("a: [1,\nb: 2", 3, 1, "did not find"),
        ("a: 'x", 1, 6, ""),
        ("a: \x00", 1, 4, "U+0000"),
        ("a: \ud800", 1, 4, "half a character"),
        (b"a: 1\nb: \xff", 2, 4, "UTF-8"),
        ("a: {<<: 1}", 1, 5, "`<<` takes a map"),
        ("[" * 1_000_000, 1, 101, "inside each other"),
    ],
)
def test_what_cannot_be_read_has_its_place(text: str | bytes, line: int, column: int, message: str) -> None:
    problem = read(text).problems[0]
    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message


def test_an_expansion_without_end_is_refused() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "aliases" in read(bomb).problems[0].message


def test_a_long_text_that_is_repeated_counts_for_its_length() -> None:
    text = f"a: &a {'x' * 1_000_000}\nb: [{','.join(['*a'] * 100)}]"
    assert "aliases" in read(text).problems[0].message


def test_depth_through_aliases_is_bounded() -> None:
    lines = ["a0: &a0 [1]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 150))]
    assert "inside each other" in read("\n".join(lines)).problems[0].message


def test_a_huge_file_is_refused_unread() -> None:
    assert "10 MB" in read("a" * (MAX_BYTES + 1)).problems[0].message


def test_a_byte_order_mark_and_windows_line_ends_are_read_over() -> None:
    document = read("\ufeffa: 1\r\nb:\r\n  - 2\r\n".encode())
    assert document.value == {"a": 1, "b": [2]}
    assert document.positions["b", 0] == (3, 5)


def test_what_is_dumped_reads_the_same() -> None:
    value = {"a": ["on", "1", 1, None, "é", "x: y", {"deep": "two\nlines\n"}]}
    assert load_plain(dump(value)) == value


def test_plain_reading_says_where_it_fails() -> None:
    with pytest.raises(InvalidRequest, match="line 1, column 5"):
        load_plain("a: b: c")


def test_paths_are_written_as_people_do() -> None:
    assert written(("tasks", 0, "env", "A")) == "tasks[0].env.A"
