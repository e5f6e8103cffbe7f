"""Broken set-ups: real servers with one thing wrong, and a fix that makes the call work."""
