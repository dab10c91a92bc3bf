"""THE HOUSE: all I/O, and the one place that puts the rooms together (app.py).

perform.py runs every unit of work. front.py opens what is asked over ActivityPub, desk.py is the
house's side of the inbox, mailroom.py of the outbox, jobs.py the clockwork; roles.py and
supervisor.py run them as processes. store/ keeps, net/ speaks HTTP, wellknown/ and pages/ answer,
commands/ obey. Who may do or see what is never decided here: that is actors/. docs/tour.md
follows one Like through.
"""
