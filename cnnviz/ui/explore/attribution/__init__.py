"""Why did it say that? The map of a method over the photo, and the checks that say how far to trust it."""
