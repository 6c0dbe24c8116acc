"""Raw answers, kept for ever as they came: Parquet by source and date."""

from pipeline.lake.payload import Payload, request_json
from pipeline.lake.store import scan_lake, write_payloads
from pipeline.lake.verify import verify_lake

__all__ = ["Payload", "request_json", "scan_lake", "verify_lake", "write_payloads"]
