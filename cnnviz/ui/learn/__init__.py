"""The room behind pages/learn/."""
