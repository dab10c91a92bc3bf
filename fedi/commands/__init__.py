"""The commands of `fedi`, one file per matter; fedi/cli.py puts them together.

A file here imports click and little else when it is loaded, so that `fedi --version` answers at
once; what a command needs is imported inside it. speaking.py says how commands answer and fail,
opening.py how they come to the configuration and the house.
"""
