"""Client software that nobody here wrote, and a browser, at a server that serves: `make test`.

house.py is the server, with people in it; browser.py is a person who signs in and consents;
push_receiver.py receives web push; node.py runs the scripts of masto/ and megalodon/; chromium.py
steers a browser. Each test file names the client it drives.
"""
