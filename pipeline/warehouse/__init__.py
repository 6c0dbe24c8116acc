"""The warehouse: one DuckDB file, opened only through the gate."""

from pipeline.warehouse.gate import Gate

__all__ = ["Gate"]
