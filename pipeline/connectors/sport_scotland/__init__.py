"""All that is known of the source sport_scotland."""
