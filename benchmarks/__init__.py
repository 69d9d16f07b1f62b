"""Figures of DVT beside those of something plain that does the same; see README.md."""
