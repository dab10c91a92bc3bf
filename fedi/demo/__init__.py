"""The demo: a council secretariat that never was, six weeks into using this.

people.toml and posts.toml are its script, read by script.py; stage.py plays it through the same
rules as everything else, under a clock of its own; making.py makes it once.
"""
