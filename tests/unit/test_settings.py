"""Who said what a setting is."""

from pathlib import Path

import pytest

from runtime import config


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "flowdeck.toml"
    monkeypatch.setenv("FLOWDECK_CONFIG", str(path))
    return path


def test_the_command_line_wins_over_the_environment_over_the_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('mirror = "from.file/x"\ntimezone = "Europe/Oslo"\n')
    monkeypatch.setenv("FLOWDECK_MIRROR", "from.environment/x")
    settings = config.load(data=tmp_path / "data", runner="process")
    assert (settings.mirror, settings.timezone, settings.runner) == (
        "from.environment/x",
        "Europe/Oslo",
        "process",
    )
    origins = config.origins(settings)
    assert origins["mirror"] == "FLOWDECK_MIRROR"
    assert origins["timezone"] == str(file)
    assert (origins["runner"], origins["data"]) == ("command line", "command line")
    assert (origins["keyring"], origins["socket"]) == ("default", "default")
