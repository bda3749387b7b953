"""What the engine says of a container becomes a view of it."""

from datetime import UTC, datetime

from runtime.answers.containers import _container


def test_a_container_tells_whose_it_is() -> None:
    labels = {
        "flowdeck.namespace": "n",
        "flowdeck.flow": "f",
        "flowdeck.execution": "e",
        "flowdeck.task": "t",
    }
    labels |= {"flowdeck.task-run": "e-1", "flowdeck.attempt": "2"}
    found = _container(
        {
            "Id": "a" * 64,
            "Image": "i",
            "State": "exited",
            "Status": "Exited (1)",
            "Created": 0,
            "Labels": labels,
        }
    )
    assert (found.id, found.task_run_id, found.attempt) == ("a" * 12, "e-1", 2)
    assert found.created == datetime(1970, 1, 1, tzinfo=UTC)


def test_one_without_labels_is_shown_all_the_same() -> None:
    assert _container({"Id": "b" * 64, "Labels": None}).execution_id == ""
