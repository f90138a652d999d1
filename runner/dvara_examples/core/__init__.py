"""Errors, plain values, the clock, the world and what else stands below everything."""
