"""For those who keep order: accounts, reports, rules for other servers, what is talked about.

Only admins of the house come to it, through an app with an admin scope; `ordering.py`
sees to that. What this house knows only as open or suspended (nothing limited, no forced warnings)
refuses the other actions by name.
"""
