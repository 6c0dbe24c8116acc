"""All that is known of the source open_charge_map."""
