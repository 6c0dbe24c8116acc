"""Many runs in one process, against whatever the environment points at.

`python -m tests.faults.soak RUNS HOME…` prints one JSON object per run: what it came to, and what the
process holds afterwards. The homes take turns, each for its share of the runs: a lake and a
warehouse grow with what they hold, and a process that leaks grows also without them.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import threading
from pathlib import Path

from pipeline.connectors.registry import load_connectors
from pipeline.context import start_context
from pipeline.errors import ConnectorError
from pipeline.lens.compiled import CompiledLens, find_lens, load_lens
from pipeline.orchestration.request import IngestRequest
from pipeline.runs.run import run_query
from pipeline.settings import Settings, load_settings

# Together they select every source.
QUERIES = ("Powerleague Portobello", "padel edinburgh", "ev charging portobello")


def one_run(settings: Settings, lens: CompiledLens, query: str) -> str:
    """How a run ended; a source may fail, and so may all of them."""
    defaults = settings.app.orchestration
    request = IngestRequest(
        query, defaults.target_entity_count, defaults.min_confidence, defaults.budget_usd
    )
    try:
        return run_query(start_context(settings, lens), request).status
    except ConnectorError:
        return "all failed"


def settings_of(home: str) -> Settings:
    return load_settings(mode="live", environ={"SIGHTLINE_HOME": home})


def held() -> dict[str, int]:
    """Memory in kB, open files and sockets, threads."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    descriptors = [
        link.readlink().name for link in Path("/proc/self/fd").iterdir() if link.is_symlink()
    ]
    return {
        "rss_kb": pages * os.sysconf("SC_PAGE_SIZE") // 1024,
        "files": len(descriptors),
        "sockets": sum(name.startswith("socket:") for name in descriptors),
        "threads": threading.active_count(),
        "tasks": len(list(Path("/proc/self/task").iterdir())),
    }


def main(runs: str, *homes: str) -> None:
    logging.disable()  # failures are what this is about
    settings = [settings_of(home) for home in homes]
    lens = load_lens(find_lens(settings[0].lens, settings[0].lens_folders()), load_connectors())
    share = -(-int(runs) // len(homes))
    for number in range(int(runs)):
        status = one_run(settings[number // share], lens, QUERIES[number % len(QUERIES)])
        print(json.dumps({"status": status} | held()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
