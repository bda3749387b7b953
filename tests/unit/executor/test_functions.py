"""The functions and filters that need the world or a library."""

import re
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runtime.clock import ManualClock
from runtime.errors import ExpressionFailed
from runtime.executor.functions import functions, to_yaml
from runtime.expressions import Expressions

NOW = datetime(2024, 3, 9, 12, 30, 45, tzinfo=UTC)
KEY = b64encode(b"k" * 32).decode()


@pytest.fixture(scope="module")
def engine() -> Expressions:
    return Expressions(functions(ManualClock(NOW)), filters={"yaml": to_yaml})


SHAPES = {
    "{{ uuid() }}": r"018e2331-b908-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "{{ id() }}": r"[0-9a-z]{20}",
    "{{ ksuid() }}": r"2d[0-9A-Za-z]{25}",
    "{{ nanoId() }}": r"[\w-]{21}",
    "{{ nanoId(5, 'ab') }}{{ nanoId(length=3, alphabet='x') }}": r"[ab]{5}xxx",
    "{{ randomInt(3, 5) }}{{ randomInt(lower=7, upper=8) }}": r"[34]7",
    "{{ randomPort() }}": r"\d{4,5}",
    "{{ now('yyyy') }}": r"2024",
}


@pytest.mark.parametrize(("template", "shape"), SHAPES.items())
def test_what_chance_and_the_clock_give(engine: Expressions, template: str, shape: str) -> None:
    assert re.fullmatch(shape, engine.render(template, {}))


VALUES: dict[str, Any] = {
    "{{ yaml('a: [1, yes]\nb: {c: null}') }}": {"a": [1, "yes"], "b": {"c": None}},
    "{{ {'a': [1, {'b': 'x: y'}], 'c': null} | yaml }}": 'a:\n - 1\n - b: "x: y"\nc: null\n',
    "{{ 'text' | yaml }}": "text\n",
    "{{ {'sql': 'select 1\nfrom a\n'} | yaml }}": "sql: |\n  select 1\n  from a\n",
    "{{ ['on', '', [1, [2]]] | yaml }}": ' - "on"\n - ""\n - - 1\n   - - 2\n',
    "{{ null | yaml }}": "null",
    "{{ yaml(null) }}": None,
    "{{ decrypt(key, encrypt(key, 'héllo')) }}": "héllo",
    "{{ decrypt(key=key, encrypted=encrypt(key=key, plaintext=1)) }}": "1",
}


@pytest.mark.parametrize(("template", "value"), VALUES.items())
def test_a_function_with_a_library_behind_it(engine: Expressions, template: str, value: Any) -> None:
    assert engine.evaluate(template, {"key": KEY}) == value


def test_a_nonce_and_then_the_ciphertext_is_what_kestra_writes_too(engine: Expressions) -> None:
    known = b64encode(bytes(12) + AESGCM(b"k" * 32).encrypt(bytes(12), "héllo".encode(), None)).decode()
    assert engine.render("{{ decrypt(key, known) }}", {"key": KEY, "known": known}) == "héllo"


FAILURES = {
    "{{ encrypt('short', 'x') }}": "16, 24 or 32 bytes",
    "{{ decrypt(key, 'AAAA') }}": "not encrypted with this key",
    "{{ yaml('a: [') }}": "no YAML",
    "{{ randomInt(5, 5) }}": "no such number",
    "{{ nanoId(1000000000) }}": "a length of 1 to",
}


@pytest.mark.parametrize(("template", "said"), FAILURES.items())
def test_what_cannot_be_done_is_said(engine: Expressions, template: str, said: str) -> None:
    with pytest.raises(ExpressionFailed, match=said):
        engine.render(template, {"key": KEY})


def test_two_encryptions_of_one_text_differ(engine: Expressions) -> None:
    assert engine.render("{{ encrypt(key, 'x') == encrypt(key, 'x') }}", {"key": KEY}) == "false"
