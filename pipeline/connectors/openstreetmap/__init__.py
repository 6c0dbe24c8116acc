"""All that is known of the source openstreetmap."""
