"""cnnviz: convolutional networks that one can see, touch and compute.

The floors, from the ground up: ``arithmetic`` and ``images``, then ``networks``, ``figures``, ``ui``, and the pages on
top. Imports point down only; ``tests/test_floors.py`` holds the rule.
"""
