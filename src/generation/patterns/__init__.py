"""Text that matches a pattern in full."""
