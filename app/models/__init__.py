"""What is kept in the database: one noun a file. Times are seconds since 1970, secrets only as hashes."""
