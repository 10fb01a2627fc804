"""What made the score: the last layer's sum for a class, where its terms lie, and what the softmax makes of it."""
