"""Particles in lockstep: groups of runs whose values are arrays, one element ("lane") per run."""
