"""A judge of conditions that has no secrets to look up."""

from pathlib import Path

from runtime.executor.conditions import Judge
from runtime.executor.rendering import Renderer
from runtime.expressions import Expressions
from runtime.store.files import FileStore
from runtime.store.key_values import Pair
from runtime.tasks.registry import default_registry


class NoValues:
    async def get(self, namespace: str, key: str) -> Pair:
        raise AssertionError

    async def find(self, namespace: str, key: str) -> Pair:
        raise AssertionError


class NoSecrets:
    async def get(self, namespace: str, name: str) -> str:
        raise AssertionError


def judge() -> Judge:
    files = FileStore(Path("/nonexistent"))
    return Judge(default_registry(), Renderer(Expressions(), NoSecrets(), print, files, NoValues()))
