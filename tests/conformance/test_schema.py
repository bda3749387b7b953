"""The schema that editors get lets every foreign flow through that loads."""

from pathlib import Path

from jsonschema import Draft7Validator

from runtime.language import load
from runtime.language.document import read
from runtime.language.schema import schema
from runtime.tasks.registry import default_registry
from tests.conformance.collection import FILE_OF_FLOWS, blueprints


def test_what_loads_is_valid_by_the_schema(root: Path) -> None:
    validator = Draft7Validator(schema(default_registry()))
    flows = [path for part in FILE_OF_FLOWS for path in sorted((root / part).glob("*.y*ml"))]
    loadable = [
        text for path in (*flows, *blueprints(root)) if load(text := path.read_bytes()).flow is not None
    ]
    assert len(loadable) > 100
    for text in loadable:
        value = read(text).value
        assert [error.message for error in validator.iter_errors(value)] == [], value["id"]
