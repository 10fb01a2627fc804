"""The stepper's script, and everything that can be drawn or written from it without a browser."""

from cnnviz.figures.stepper.convolving import Weight
from cnnviz.figures.stepper.numbers import Planes
from cnnviz.figures.stepper.parts import Script
from cnnviz.figures.stepper.script import layer_script, stamp_script

__all__ = ["Planes", "Script", "Weight", "layer_script", "stamp_script"]
