import pytest

from runtime.tasks.dbt_toolchain import toolchain

PROFILE = """
shop:
  target: prod
  outputs:
    dev:
      type: duckdb
      attach:
        - path: lake.sqlite
          type: sqlite
    prod:
      type: "snowflake"
"""


@pytest.mark.parametrize(
    ("image", "profiles", "requirements"),
    [
        (None, [], ["dbt-core==1.11.*", "dbt-duckdb==1.11.*"]),
        ("ghcr.io/kestra-io/dbt", [], ["dbt-core==1.11.*", "dbt-duckdb==1.11.*"]),
        ("ghcr.io/kestra-io/dbt-postgres:latest", [], ["dbt-core==1.11.*", "dbt-postgres==1.11.*"]),
        ("dbt-bigquery:1.9.3", [], ["dbt-core==1.9.*", "dbt-bigquery==1.9.*"]),
        ("ghcr.io/dbt-labs/dbt-core:1.10", [], ["dbt-core==1.10.*", "dbt-duckdb==1.10.*"]),
        ("registry:5000/team/dbt-trino", [], ["dbt-core==1.11.*", "dbt-trino"]),
        ("python:3.12", [], ["dbt-core==1.11.*", "dbt-duckdb==1.11.*"]),
        # A profile says what dbt will load, whatever the image is called.
        ("dbt-duckdb", ["a:\n  b: {type: postgres, host: h}"], ["dbt-core==1.11.*", "dbt-postgres==1.11.*"]),
        (None, [PROFILE], ["dbt-core==1.11.*", "dbt-duckdb==1.11.*", "dbt-snowflake==1.11.*"]),
        (None, ["config: {}", "a:\n  type: redshift"], ["dbt-core==1.11.*", "dbt-redshift==1.11.*"]),
    ],
)
def test_the_packages_that_a_project_needs(
    image: str | None, profiles: list[str], requirements: list[str]
) -> None:
    assert list(toolchain(image, profiles).requirements) == requirements
