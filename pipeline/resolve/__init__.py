"""Who is who: candidate pairs, evidence, scores, clusters, and pieces of larger things."""
