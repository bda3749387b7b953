import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("Asia/Tokyo", "Asia/Tokyo"), (":Europe/Rome", "Europe/Rome"), ("nonsense", None), ("", None)],
)
def test_the_server_zone_is_one_of_the_database_and_tz_comes_first(
    setting: str, expected: str | None
) -> None:
    code = "from runtime.calendar import zones; name = zones.local_name(); zones.load(name); print(name)"
    environment = {**os.environ, "TZ": setting}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == expected or (expected is None and found.stdout.strip())
