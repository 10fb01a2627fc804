"""What the visitors of one process share: caches, loaded networks, memory, the queue for computing, background work."""
