"""The API of our own, `/api/fedi/v1`: what no app of Mastodon's can say, for those who want to.

Read asking.py first: an Endpoint is a typed question and a typed answer; its way in (caller,
scope, rates, errors) is the client API's. table.py lists them all, openapi.py describes them.
How to use it: docs/native-api.md. Why it is: docs/decisions/0020-an-api-of-our-own.md.
"""
