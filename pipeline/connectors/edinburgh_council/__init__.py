"""All that is known of the source edinburgh_council."""
