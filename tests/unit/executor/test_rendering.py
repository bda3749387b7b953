"""What templates are given that has to be waited for."""

import json
from pathlib import Path

import pytest

from runtime.errors import ExpressionFailed, SecretNotFound
from runtime.executor.rendering import Renderer
from runtime.expressions import Expressions
from runtime.store.files import FileStore


class Keyring:
    """Secrets of one namespace."""

    async def get(self, namespace: str, name: str) -> str:
        if name == "DB":
            return json.dumps({"user": "ada", "password": "hunter22", "port": 5432})
        raise SecretNotFound(f"there is no secret {name}")


@pytest.fixture
def masked() -> list[str]:
    return []


@pytest.fixture
def renderer(masked: list[str], tmp_path: Path) -> Renderer:
    return Renderer(Expressions(), Keyring(), masked.append, FileStore(tmp_path), key_values=None)


async def test_a_secret_may_be_one_value_of_an_object(renderer: Renderer, masked: list[str]) -> None:
    template = "{{ secret('DB', subkey='password') }}:{{ secret(key='DB', subkey='port') }}"
    assert await renderer.render(template, {}, namespace="n") == "hunter22:5432"
    assert {"hunter22", "5432"} < set(masked)


async def test_a_value_that_the_secret_lacks_is_named_and_the_secret_is_not(renderer: Renderer) -> None:
    with pytest.raises(ExpressionFailed, match="with the key `pasword`") as failed:
        await renderer.render("{{ secret('DB', subkey='pasword') }}", {}, namespace="n")
    assert "hunter22" not in str(failed.value)
    assert failed.value.__cause__ is None
