"""The pools of names, places and words that ship with rowmill."""
