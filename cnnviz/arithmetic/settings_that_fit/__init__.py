"""Settings that fit: repairs of those that do not, the ways to a wanted output, a layer as it stands on a form."""
