"""Who is who: candidate pairs, evidence, scores, clusters, and parts of larger things."""
