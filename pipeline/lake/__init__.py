"""Raw answers as they came: Parquet by source and date, changed by nothing but a purge."""
