"""The room behind pages/compute/."""
