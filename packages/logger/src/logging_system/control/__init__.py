"""What decides whether a record is written: levels, sampling."""
