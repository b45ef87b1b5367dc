"""The page in a real browser, inside a host as strict as any."""
