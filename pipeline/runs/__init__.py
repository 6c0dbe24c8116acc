"""What a command sets going: one query, or everything again."""
