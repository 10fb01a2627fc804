"""Which neuron is looked at, and its window in the stepper."""
