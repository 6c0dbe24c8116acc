"""Build the committed sample lake from the readable answers under data/sample.

Each JSON file holds a note on where its values come from, the payload's metadata, and the
body as the API would have sent it. The Parquet is the same, byte for byte, every time.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from pipeline.connectors.registry import load_connectors
from pipeline.lake.payload import Payload, as_frame, request_json
from pipeline.lake.store import write_parquet

ROOT = Path(__file__).parents[1]


def read_sample(folder: Path) -> list[Payload]:
    """Every authored answer as a payload, in file order."""
    connectors = load_connectors()
    payloads = []
    for path in sorted(folder.glob("*/*.json")):
        document = json.loads(path.read_text("utf-8"))
        payload = document["payload"]
        payloads.append(
            Payload(
                source=payload["source"],
                endpoint=payload["endpoint"],
                request=request_json(payload["request"]),
                status=payload["status"],
                content_type=payload["content_type"],
                body=json.dumps(document["body"], ensure_ascii=False).encode(),
                fetched_at=datetime.fromisoformat(payload["fetched_at"]),
                licence=payload["licence"],
                volatile=connectors[payload["source"]].spec.volatile,
            )
        )
    return payloads


def write_sample(payloads: list[Payload], lake: Path) -> list[Path]:
    """One `sample-<source>.parquet` per source and day."""
    groups: dict[tuple[str, str], list[Payload]] = defaultdict(list)
    for payload in payloads:
        groups[payload.source, f"{payload.fetched_at:%Y-%m-%d}"].append(payload)
    paths = []
    for (source, day), members in sorted(groups.items()):
        path = lake / f"source={source}" / f"ingest_date={day}" / f"sample-{source}.parquet"
        write_parquet(as_frame(members), path)
        paths.append(path)
    return paths


if __name__ == "__main__":
    for written in write_sample(
        read_sample(ROOT / "data" / "sample"), ROOT / "data" / "lake" / "raw"
    ):
        print(written.relative_to(ROOT))
