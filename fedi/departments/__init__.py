"""Departments as an organisation has them: who speaks for one, and who stands in meanwhile.

speakers.py gives and ends roles. What a role lets a person do is decided in actors/membership.py,
and asked in actors/access.py each time somebody acts.
"""
