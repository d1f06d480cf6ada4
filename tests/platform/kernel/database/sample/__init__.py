"""Two small apps with migrations, `visits` depending on `club`, for the migration tests to run up and down."""
