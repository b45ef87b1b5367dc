"""The local engine: every code-made cell as a pure function of its row number."""
