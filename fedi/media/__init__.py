"""Pictures, films, sounds and files: ours, and those of other servers that our people look at.

attachments.py is what apps, the command line and the demo call. shelf.py takes a file in, has it
made ready and keeps it: kinds.py tells what it is, workshop.py has a child process read it
(worker.py, which confines itself and uses still.py, moving.py, paper.py), blobs.py keeps it on
disk or in S3. sending.py sends it. proxy.py fetches what other servers show, and keeps it for a
while (cache.py).
"""
