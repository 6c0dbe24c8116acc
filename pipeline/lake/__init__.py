"""Raw answers as they came: Parquet by source and date, and nothing that changes them."""
