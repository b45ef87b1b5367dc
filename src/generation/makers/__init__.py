"""Builders of columns, by what they hold."""
