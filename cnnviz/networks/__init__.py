"""Pretrained networks: which there are, where their weights come from, and what their layers answer."""
