"""One transaction on a named Postgres connection."""
