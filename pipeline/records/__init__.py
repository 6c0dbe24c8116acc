"""Payloads to records: extracted, read through a lens, every value a claim."""
