"""The lines a student would write: sizes, counts, what every window does, and when a shown number is rounded."""
