"""What all tests share: an environment that no person's settings reach."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # a machine that does other things besides is slow, and is no failure


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--conformance", metavar="DIR", help="the flows of others that tests/conformance runs")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No FLOWDECK_ variable, no settings file and no state of the person who runs the tests."""
    for name in [
        name for name in os.environ if name.startswith("FLOWDECK_") and not name.startswith("FLOWDECK_TEST")
    ]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FLOWDECK_CONFIG", str(Path("/nonexistent/flowdeck.toml")))
