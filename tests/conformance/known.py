"""What disagrees, and why. An entry here that agrees is an error: it must be taken out."""

from collections.abc import Mapping

FLOWS: Mapping[str, str] = {
    "inputs:InputsTest.inputFlow": "a secret is masked in outputs too: no `secret` input is to be read back from them",
}
"""Entry -> reason."""

TIMED: Mapping[str, str] = {
    "retry-failed-flow-duration:JdbcRunnerRetryTest.retryFailedFlowDuration": "attempts begin on time here, at 0, 2, 4 and 6 seconds of 7; upstream, and a machine under load, is late and has but three",
}
"""What depends on how quick the machine is: it may agree."""

INVALID: Mapping[str, str] = {
    "invalid": "upstream counts a missing id of a task twice, as null and as blank",
}
"""Flow that must be refused -> why it is not, or not so."""

BLUEPRINTS: Mapping[str, str] = {}
"""Blueprint -> what is reported besides plugins that are not here."""
