"""Groups of ours, done: what the rules (actors/groups.py) leave to be carried out.

neighbours.py tells other servers where a closed group has members; notes.py tells members on
servers of another kind what is said, and says inside what they answer.
"""
