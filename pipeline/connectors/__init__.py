"""The sources: one folder each, found by its spec.yaml, with all that is known of it."""
