"""All that is known of the source food_hygiene."""
