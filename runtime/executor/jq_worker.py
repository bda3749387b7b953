"""What runs jq, in a process of its own: `python -I -S jq_worker.py DIRECTORY_OF_JQ`, a JSON request a line, an answer a line.

A jq program may loop for ever or fill the memory, and C code that does so takes its whole process along. Here it takes this
one, which has no environment, may open no file, and is ended by who waits for it.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

READY = "ready"

MEMORY = 512 * 1024 * 1024  # bytes of address space
BEFORE = "def env: {}; def input: null; def inputs: empty; def debug: .; def debug(m): .; def stderr: .; def modulemeta: null; def get_search_list: []; "
"""What a program may not have of jq. Definitions come first, so that no program can begin with `import`."""


def answered(compiled: Callable[[str], Any], request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"values": compiled(BEFORE + request["program"]).input_text(request["value"]).all()}
    except (ValueError, MemoryError, RecursionError) as error:
        return {"error": str(error) or type(error).__name__}


def main() -> None:
    sys.path.append(sys.argv[1])
    import jq  # type: ignore[import-not-found, unused-ignore]

    time.tzset()  # reads the file of the server's zone, while files can be read
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    compiled = lru_cache(100)(jq.compile)
    print(READY, flush=True)  # noqa: T201
    for line in sys.stdin:
        print(json.dumps(answered(compiled, json.loads(line))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
