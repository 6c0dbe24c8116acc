"""Publishing: what leaves the warehouse, as files or into another database."""
