"""A query in, answers out: what it means, which sources to ask, what they said."""
