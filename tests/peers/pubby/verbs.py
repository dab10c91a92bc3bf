"""What a test may ask the pubby peer to do; activities are built, signed and sent by pubby."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import requests
from ledger import Ledger, id_of
from pubby import (
    ActivityPubHandler,
    Object,
    accept_follow_request,
    reject_follow_request,
    resolve_actor_url,
)
from pubby._model import AP_CONTEXT, AS_PUBLIC
from pubby.crypto import sign_request

ACCEPT = "application/activity+json, application/ld+json"


def now() -> str:
    """The time as ActivityStreams writes it."""
    return datetime.fromtimestamp(time.time(), UTC).isoformat()


class Verbs:
    """One method per verb; its arguments are the members of the order."""

    def __init__(
        self, handler: ActivityPubHandler, private_key: Any, storage: Any, ledger: Ledger
    ) -> None:
        self.handler = handler
        self.private_key = private_key
        self.storage = storage
        self.ledger = ledger
        self.me = handler.actor_id
        self.followers = handler.followers_url

    def do(self, verb: str, order: dict[str, Any]) -> Any:
        """Carry out one order; KeyError for a verb that isn't known."""
        verbs = {
            "lookup": self.lookup,
            "fetch": lambda url, signed=True: self.fetch(url, signed=signed),
            "collection": self.collection,
            "set": self.set,
            "follow": self.follow,
            "unfollow": self.unfollow,
            "accept": lambda who: self.answer(who, accept_follow_request),
            "reject": lambda who: self.answer(who, reject_follow_request),
            "post": self.write,
            "reply": lambda to, **rest: self.write(reply_to=to, **rest),
            "mention": lambda who, **rest: self.write(mention=who, **rest),
            "direct": lambda who, **rest: self.write(mention=who, visibility="direct", **rest),
            "followers_post": lambda **rest: self.write(visibility="followers", **rest),
            "edit": self.edit,
            "delete": self.delete,
            "like": lambda post: self.react("Like", post),
            "boost": lambda post: self.react("Announce", post),
            "undo_like": lambda post: self.take_back("Like", post),
            "undo_boost": lambda post: self.take_back("Announce", post),
        }
        return verbs[verb](**order)

    # -- asking

    def find(self, who: str) -> str:
        """The actor id of a handle, by pubby's WebFinger client; an id stays itself."""
        if who.startswith("http"):
            return who
        user, domain = who.lstrip("@").split("@")
        url = resolve_actor_url(user, domain)
        if url == f"https://{domain}/@{user}":
            raise LookupError(f"WebFinger knows no {who}")
        return url

    def fetch(self, url: str, *, signed: bool = True) -> Any:
        """GET a document, signed by bob with pubby unless told not to."""
        headers = {"Accept": ACCEPT}
        if signed:
            headers = sign_request(
                private_key=self.private_key,
                key_id=self.handler.key_id,
                method="GET",
                url=url,
                headers=headers,
            )
        response = requests.get(url, headers=headers, timeout=10)
        response.raise_for_status()
        return response.json()

    def lookup(self, who: str) -> dict[str, Any]:
        """WebFinger, then the actor, then WebFinger of the actor's own name."""
        actor = self.fetch(self.find(who))
        host = actor["id"].split("/")[2]
        name = f"{actor['preferredUsername']}@{host}"
        return {
            "id": actor["id"],
            "type": actor["type"],
            "handle": f"@{name}",
            "inbox": actor["inbox"],
            "shared_inbox": actor.get("endpoints", {}).get("sharedInbox"),
            "webfinger": requests.get(
                f"https://{host}/.well-known/webfinger",
                params={"resource": f"acct:{name}"},
                timeout=10,
            ).json(),
            "json": actor,
        }

    def collection(self, url: str) -> dict[str, Any]:
        """Walk a collection from its first page to its last."""
        top = self.fetch(url)
        items: list[str | None] = []
        page = top
        while page:
            found = page.get("orderedItems") or page.get("items") or []
            items += [id_of(item) for item in (found if isinstance(found, list) else [found])]
            following = page.get("first") if page is top else page.get("next")
            page = self.fetch(following) if isinstance(following, str) else following
        return {"total": top.get("totalItems"), "items": items}

    def state(self) -> dict[str, Any]:
        """Followers from pubby's store, the rest from the ledger."""
        asked = self.storage.get_follow_requests(self.me)
        known = self.storage.get_followers(actor_id=self.me)
        host = self.me.split("/")[2]
        return {
            "actor": self.me,
            "handle": f"@{self.handler.username}@{host}",
            "followers": {r.actor_id: {"state": "pending"} for r in asked}
            | {f.actor_id: {"state": "accepted"} for f in known},
            "following": {who: {"state": s} for who, s in self.ledger.following.items()},
            "posts": self.ledger.posts,
            "likes": {post: list(actors) for post, actors in self.ledger.likes.items()},
            "shares": {post: list(actors) for post, actors in self.ledger.shares.items()},
            "interactions": {
                target: [i.to_dict() for i in self.storage.get_interactions(target)]
                for target in [self.me, *self.ledger.posts]
            },
        }

    # -- acting

    def set(self, auto_accept: bool) -> dict[str, Any]:
        self.ledger.auto_accept = auto_accept
        return {"auto_accept": auto_accept}

    def send(self, activity: dict[str, Any]) -> dict[str, Any]:
        """Publish with pubby; a delivery that is not a 2xx makes the order fail."""
        before = len(self.ledger.deliveries)
        self.handler.publish_activity(activity)
        results = self.ledger.deliveries[before:]
        failed = [result for result in results if not result["ok"]]
        if failed:
            raise ConnectionError(f"not delivered: {failed}")
        return {
            "activity": activity["id"],
            "object": id_of(activity["object"]),
            "sent": activity,
            "delivered": [result["inbox_url"] for result in results],
        }

    def new_id(self) -> str:
        return f"{self.me}/activities/{uuid.uuid4()}"

    def follow(self, who: str) -> dict[str, Any]:
        target = self.find(who)
        activity = {
            "@context": AP_CONTEXT,
            "id": self.new_id(),
            "type": "Follow",
            "actor": self.me,
            "object": target,
            "to": [target],
        }
        self.ledger.following[target] = "pending"
        self.ledger.deeds[f"Follow {target}"] = activity
        self.ledger.keep()
        return self.send(activity)

    def unfollow(self, who: str) -> dict[str, Any]:
        target = self.find(who)
        self.ledger.following.pop(target, None)
        return self.take_back("Follow", target)

    def answer(self, who: str, reply: Any) -> dict[str, Any]:
        waiting = {r.actor_id: r for r in self.storage.get_follow_requests(self.me)}
        activity = reply(
            self.storage,
            waiting[who],
            actor_id=self.me,
            key_id=self.handler.key_id,
            private_key=self.private_key,
        )
        return {"activity": activity["id"]}

    def write(
        self,
        content: str,
        visibility: str = "public",
        mention: str | list[str] = (),
        reply_to: str | None = None,
    ) -> dict[str, Any]:
        named = [mention] if isinstance(mention, str) else list(mention)
        mentioned = [self.find(who) for who in named]
        if reply_to:
            author = id_of(self.fetch(reply_to)["attributedTo"])
            mentioned += [author] if author not in mentioned else []
        to, cc = {
            "public": ([AS_PUBLIC], [self.followers, *mentioned]),
            "unlisted": ([self.followers], [AS_PUBLIC, *mentioned]),
            "followers": ([self.followers], mentioned),
            "direct": (mentioned, []),
        }[visibility]
        post = f"{self.handler.base_url}/ap/posts/{uuid.uuid4()}"
        self.ledger.posts[post] = {
            "id": post,
            "author": self.me,
            "content": content,
            "inReplyTo": reply_to,
            "to": to,
            "cc": cc,
            "mentions": mentioned,
            "visibility": visibility,
            "tag": [
                {"type": "Mention", "href": url, "name": self.lookup(url)["handle"]}
                for url in mentioned
            ],
            "published": now(),
            "updated": None,
            "local": True,
            "deleted": False,
            "edits": 0,
        }
        row = self.ledger.posts[post]
        self.ledger.keep()
        return self.send(self.handler.outbox.build_create_activity(self.object(row)))

    def object(self, row: dict[str, Any]) -> Object:
        """pubby's Object for a post of ours."""
        return Object(
            id=row["id"],
            type="Note",
            content=row["content"],
            url=row["id"],
            attributed_to=self.me,
            published=datetime.fromisoformat(row["published"]),
            updated=datetime.fromisoformat(row["updated"]) if row["updated"] else None,
            in_reply_to=row["inReplyTo"],
            to=row["to"],
            cc=row["cc"],
            tag=row["tag"],
        )

    def document(self, row: dict[str, Any]) -> dict[str, Any]:
        """The post as it is served at its id."""
        return {"@context": AP_CONTEXT, **self.object(row).to_dict()}

    def edit(self, post: str, content: str) -> dict[str, Any]:
        row = self.ledger.posts[post]
        row.update(content=content, updated=now(), edits=row["edits"] + 1)
        self.ledger.keep()
        return self.send(self.handler.outbox.build_update_activity(self.object(row)))

    def delete(self, post: str) -> dict[str, Any]:
        row = self.ledger.posts[post]
        row["deleted"] = True
        self.ledger.keep()
        activity = self.handler.outbox.build_delete_activity(post)
        return self.send({**activity, "to": row["to"], "cc": row["cc"]})

    def react(self, verb: str, post: str) -> dict[str, Any]:
        author = id_of(self.fetch(post)["attributedTo"])
        build = {
            "Like": self.handler.outbox.build_like_activity,
            "Announce": self.handler.outbox.build_announce_activity,
        }[verb]
        activity = build(post)
        if verb == "Like":
            activity.update(to=[author], cc=[])
        else:
            activity["cc"] = [*activity["cc"], author]
        table = self.ledger.likes if verb == "Like" else self.ledger.shares
        table.setdefault(post, {})[self.me] = activity["id"]
        self.ledger.deeds[f"{verb} {post}"] = activity
        self.ledger.keep()
        return self.send(activity)

    def take_back(self, verb: str, target: str) -> dict[str, Any]:
        deed = self.ledger.deeds.pop(f"{verb} {target}")
        table = {"Like": self.ledger.likes, "Announce": self.ledger.shares}.get(verb)
        if table is not None:
            table.get(target, {}).pop(self.me, None)
        self.ledger.keep()
        return self.send(self.handler.outbox.build_undo_activity(deed))
