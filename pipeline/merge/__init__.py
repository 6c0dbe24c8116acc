"""Groups to golden records: every value elected claim by claim, ids and slugs that stay."""
