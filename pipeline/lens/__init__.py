"""The lens: a YAML contract with all domain knowledge, checked, compiled and applied."""
