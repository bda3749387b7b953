import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from runtime.secrets.redact import HARMLESS, MASK, SHORTEST, Redactor

SECRET = "pa$$ w/ord+é'1"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nQ==\n-----END PRIVATE KEY-----\n"


def redactor(*values: str) -> Redactor:
    made = Redactor()
    for value in values:
        made.add(value)
    return made


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f"password={SECRET};", f"password={MASK};"),
        (f"{SECRET}{SECRET}", MASK * 2),
        (f"postgres://me:{quote(SECRET, safe='')}@db/x", f"postgres://me:{MASK}@db/x"),
        (f"?p={quote_plus(SECRET)}&x=1", f"?p={MASK}&x=1"),
        (f"/{quote(SECRET)}/", f"/{MASK}/"),
        ("?p=pa%24%24%20w%2ford%2b%c3%a9%271", f"?p={MASK}"),
        ("?p=pa%24%24+w%2Ford%2B%C3%A9%271&x", f"?p={MASK}&x"),
        (f"Basic {b64(SECRET)}", f"Basic {MASK}"),
        (f"Basic {b64(SECRET).rstrip('=')}.", f"Basic {MASK}."),
        (f"jwt {base64.urlsafe_b64encode(SECRET.encode()).decode()}", f"jwt {MASK}"),
        (json.dumps({"password": SECRET}), f'{{"password": "{MASK}"}}'),
        (json.dumps({"password": SECRET}, ensure_ascii=False), f'{{"password": "{MASK}"}}'),
        (json.dumps(SECRET).replace("/", "\\/"), f'"{MASK}"'),
        (repr({"password": SECRET}), f"{{'password': \"{MASK}\"}}"),
        ("+ echo 'pa$$ w/ord+é'\\''1'", f"+ echo '{MASK}'"),
        ("nothing to hide", "nothing to hide"),
        ("", ""),
    ],
)
def test_every_way_of_writing_a_secret_is_masked(written: str, expected: str) -> None:
    assert redactor(SECRET).redact(written) == expected


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
def test_base64_of_a_text_around_the_secret_is_masked_at_every_alignment(before: str, after: str) -> None:
    masked = redactor("correct horse").redact(f"Authorization: Basic {b64(f'{before}correct horse{after}')}")
    shown = masked.removeprefix("Authorization: Basic ").replace(MASK, "")
    assert MASK in masked
    assert (
        len(shown) <= len(b64(before)) + len(b64(after)) + 4
    )  # the neighbours', and the characters shared with them


def test_long_base64_is_masked_when_wrapped_as_the_base64_command_does() -> None:
    value = "0123456789abcdef" * 12
    wrapped = "\n".join(b64(value)[at : at + 76] for at in range(0, len(b64(value)), 76))
    assert redactor(value).redact(wrapped).replace(MASK, "").strip() == ""


def test_a_secret_of_several_lines_is_masked_line_by_line() -> None:
    masked = [redactor(KEY).redact(line) for line in KEY.splitlines()]
    assert masked == ["-----BEGIN PRIVATE KEY-----", MASK, MASK, "Q==", "-----END PRIVATE KEY-----"]


def test_a_key_inside_a_json_secret_is_masked_when_it_is_printed_alone() -> None:
    account = json.dumps({"type": "service_account", "private_key": KEY}, indent=2)
    masked = redactor(account).redact(KEY)
    assert "MIIEvQ" not in masked
    assert "hkiG9w" not in masked


def test_a_secret_with_a_line_end_is_masked_without_it() -> None:
    assert redactor("hunter22\n").redact("hunter22") == MASK


def test_the_longest_secret_wins_and_overlapping_ones_become_one_mask() -> None:
    assert redactor("secret", "secret-two").redact("a secret-two b secret c") == f"a {MASK} b {MASK} c"
    assert redactor("abcdef", "defghi").redact("-abcdefghi-") == f"-{MASK}-"


@pytest.mark.parametrize("value", ["", "a", "abc", "true", "False", "NULL", "none", "    ", "****", "******"])
def test_values_that_would_star_out_everything_are_not_taken(value: str) -> None:
    made = Redactor()
    assert made.add(value) is False
    assert made.redact("true abc none false null    a ****") == "true abc none false null    a ****"


def test_a_secret_added_later_is_masked_from_then_on() -> None:
    made = redactor("first-one")
    assert made.redact("second-one") == "second-one"
    assert made.add("second-one")
    assert made.add("second-one")
    assert made.redact("first-one second-one") == f"{MASK} {MASK}"


def test_values_inside_outputs_are_masked() -> None:
    made = redactor("hunter22", "12345678")
    outputs = {
        "a": ["x hunter22", ("hunter22",)],
        "hunter22": 12345678,
        "n": 1.5,
        "flag": True,
        "none": None,
        "set": {"hunter22"},
    }
    assert made.redact_value(outputs) == {
        "a": [f"x {MASK}", (MASK,)],
        MASK: MASK,
        "n": 1.5,
        "flag": True,
        "none": None,
        "set": {MASK},
    }


values = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="*"), min_size=SHORTEST, max_size=40
)


def decoded_everywhere(text: str) -> bytes:
    """What base64 may hide in a text, at whatever character a reader starts."""
    found = b""
    for start in range(4):
        letters = text[start:].rstrip("=")
        letters = letters[: len(letters) // 4 * 4]
        found += base64.urlsafe_b64decode(letters.replace("+", "-").replace("/", "_")) if letters else b""
    return found


@given(st.lists(values, min_size=1, max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_no_secret_survives_in_any_encoding(secrets: list[str], before: str, after: str) -> None:
    kept = [value for value in secrets if Redactor().add(value)]
    assume(kept)
    made = redactor(*kept)
    for value in kept:
        for written in (
            value,
            quote(value),
            quote(value, safe=""),
            quote_plus(value),
            json.dumps(value)[1:-1],
            json.dumps(value, ensure_ascii=False)[1:-1],
            b64(value),
            base64.urlsafe_b64encode(value.encode()).decode(),
        ):
            if len(written.strip()) >= SHORTEST and written.strip().lower() not in HARMLESS:
                assert written not in made.redact(f"{before}{written}{after}").replace(MASK, "*")


@given(
    values.filter(lambda value: len(value.encode()) > SHORTEST), st.binary(max_size=5), st.binary(max_size=5)
)
def test_no_secret_survives_inside_a_longer_base64(value: str, before: bytes, after: bytes) -> None:
    assume(Redactor().add(value))
    encoded = base64.b64encode(before + value.encode() + after).decode()
    assert value.encode() not in decoded_everywhere(redactor(value).redact(encoded).replace(MASK, ""))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(json_values)
def test_values_without_a_secret_come_back_unchanged(value: Any) -> None:
    assert redactor("a value that no example has").redact_value(value) == value


@given(st.text())
def test_text_is_never_changed_twice(text: str) -> None:
    made = redactor("hunter22", "correct horse")
    once = made.redact(f"{text}hunter22{text}")
    assert made.redact(once) == once


def test_a_text_that_holds_a_secret_is_told() -> None:
    redactor = Redactor()
    assert not redactor.finds("hunter22")
    redactor.add("hunter22")
    assert redactor.finds("x=hunter22;")
    assert redactor.finds("aHVudGVyMjI=")
    assert not redactor.finds("hunter")
