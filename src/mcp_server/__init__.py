"""The eight tools, served over stdio and HTTP."""
