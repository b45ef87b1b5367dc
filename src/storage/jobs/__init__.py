"""Job records: one SQLite file that any number of processes share, and who runs a job."""
