import pytest

from runtime.catalogue import checked
from runtime.model.problem import Severity

FLOW = "id: f\nnamespace: demo\ntasks:\n  - {{id: t, type: log, message: hi}}\ntriggers:\n  - id: s\n    type: schedule\n{}\n"


def problems(*lines: str) -> list[tuple[int, int, Severity, str]]:
    loaded = checked(FLOW.format("\n".join(f"    {line}" for line in lines)))
    assert (loaded.flow is None) == any(problem.is_error for problem in loaded.problems)
    return [(problem.line, problem.column, problem.severity, problem.message) for problem in loaded.problems]


@pytest.mark.parametrize(
    "lines",
    [
        ['cron: "0 8 * * *"'],
        ["cron: '@daily'", "timezone: Europe/Berlin"],
        ['cron: "*/5 0 8 * * *"', "withSeconds: true"],
        ['cron: "0 0 29 2 *"'],
        ['cron: "0 8 * * 7"', "timezone: '+02:00'"],
    ],
)
def test_a_sound_schedule_has_no_problem(lines: list[str]) -> None:
    assert problems(*lines) == []


@pytest.mark.parametrize(
    ("lines", "line", "severity", "said"),
    [
        (['cron: "0 25 * * *"'], 8, Severity.ERROR, "the hour cannot be"),
        (['cron: "0 8 * *"'], 8, Severity.ERROR, "has 4 fields"),
        (["cron: '@dayly'"], 8, Severity.ERROR, "@daily"),
        (['cron: "0 8 * * *"', "timezone: Europe/Berlni"], 9, Severity.ERROR, "Europe/Berlin"),
        (["timezone: Mars", 'cron: "0 8 * * *"'], 8, Severity.ERROR, "no time zone"),
        (['cron: "0 0 8 * * *"'], 8, Severity.ERROR, "withSeconds"),
        (['cron: "0 0 31 2 *"'], 8, Severity.WARNING, "never fires"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_told_where_it_stands(
    lines: list[str], line: int, severity: Severity, said: str
) -> None:
    [(found_line, column, found_severity, message)] = problems(*lines)
    assert (found_line, column, found_severity) == (line, 5, severity)
    assert said in message
