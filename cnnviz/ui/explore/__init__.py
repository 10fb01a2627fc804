"""The room behind pages/explore/."""
