"""The command line and the addresses that it takes."""

import pytest

from console.commands import BadCommand, Command, Do, Go, Wear, complete, parse
from console.models.address import Address

CASES: list[tuple[str, Command]] = [
    (":flows", Go(Address("flows"))),
    ("executions state:failed ns:prod", Go(Address("executions", filter="state:failed ns:prod"))),
    ("ex", Go(Address("executions"))),
    ("problems", Go(Address("problems"))),
    ("tr nightly", Go(Address("triggers", filter="nightly"))),
    ("company.data.ferry_build", Go(Address("flow", "company.data.ferry_build"))),
    ("01k9zr7m3v0000000009", Go(Address("execution", "01k9zr7m3v0000000009"))),
    ("q", Do("app.quit")),
    ("help", Do("app.help")),
    ("theme mono", Wear("mono")),
]


@pytest.mark.parametrize(("line", "command"), CASES, ids=[line for line, _ in CASES])
def test_what_a_line_means(line: str, command: Command) -> None:
    assert parse(line) == command


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "write a screen"),
        ("flwos", "did you mean `:flows`?"),
        ("theme pink", "dark, light, ansi, mono"),
        ("zzz", "no screen, flow or execution"),
    ],
)
def test_what_is_no_command_says_what_would_be(line: str, says: str) -> None:
    with pytest.raises(BadCommand, match=says.replace("?", r"\?")):
        parse(line)


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("e", "executions"),
        ("company.f", "company.finance.ledger"),
        ("theme l", "theme light"),
        ("", None),
        ("zz", None),
    ],
)
def test_an_unfinished_line_has_a_ghost(typed: str, becomes: str | None) -> None:
    assert complete(typed, ["company.data.daily", "company.finance.ledger"]) == becomes


def test_an_address_says_itself() -> None:
    assert str(Address("executions", filter="state:failed")) == "executions state:failed"
    assert Address("flow", "company.data.daily").flow == ("company.data", "daily")
