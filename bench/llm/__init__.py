"""Gemini jobs against the emulator: time, tokens, faults, quotas, memory, kills."""
