"""Schemas that people already have become ours, and ours become theirs."""
