"""Errors, plain values, the clock, the world, and other basics of all layers."""
