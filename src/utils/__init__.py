"""Pure helpers: checks and checksums."""
