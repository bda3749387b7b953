"""`labels:` of a flow or a trigger: a map, or a list of maps with `key` and `value`."""

from collections.abc import Iterator, Mapping
from typing import Any

from runtime.expressions.text import text
from runtime.language.document import Path
from runtime.language.report import Report
from runtime.language.values import named

READ_ONLY = "system.readOnly"


def read_labels(report: Report, value: Any, path: Path) -> dict[str, str]:
    """Of two with one key the last counts."""
    labels = {}
    for key, item, place in _pairs(report, value, path):
        if key.startswith("system.") and key != READ_ONLY:
            report.error(
                place,
                f"the label `{key}` is reserved: labels that begin with `system.` are set by the runtime",
            )
        elif not _is_key(key):
            report.error(
                place,
                f"`{key}` is no key of a label: letters, digits, `.`, `-` and `_`, the first a small letter",
            )
        elif item is None or item == "" or isinstance(item, Mapping | list):
            report.error(place, f"the label `{key}` needs a text as its value")
        else:
            labels[key] = text(item)
    return labels


def _pairs(report: Report, value: Any, path: Path) -> Iterator[tuple[str, Any, Path]]:
    if isinstance(value, Mapping):
        yield from ((key, item, (*path, key)) for key, item in value.items())
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            place = (*path, number)
            if (
                isinstance(entry, Mapping)
                and entry.get("key") is not None
                and entry.keys() <= {"key", "value"}
            ):
                yield str(entry["key"]), entry.get("value"), place
            else:
                report.error(place, "a label in a list is a map with `key` and `value`")
    elif value is not None:
        report.error(
            path, f"`labels` must be a map, or a list of maps with `key` and `value`, and is {named(value)}"
        )


def _is_key(key: str) -> bool:
    rest = key[1:].replace(".", "").replace("-", "").replace("_", "")
    return key[:1].isalpha() and not key[:1].isupper() and (not rest or rest.isalnum())
