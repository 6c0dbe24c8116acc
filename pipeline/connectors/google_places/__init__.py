"""All that is known of the source google_places."""
