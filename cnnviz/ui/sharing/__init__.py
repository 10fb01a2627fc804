"""What the visitors of one process share: caches, loaded networks, memory, turns at computing, background work."""
