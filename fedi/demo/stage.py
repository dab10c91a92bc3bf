"""Plays the script: every post, like and vote goes through the rules that real ones go through.

The house is opened with a clock that this file moves along the six weeks, so that ids and times
are those of the moment played.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from actors.grouping import Access
from actors.membership import Role
from actors.people import Actor, ActorKind, Person
from actors.posts import Media, Post, Visibility
from actors.verbs import Follow
from fedi.app import House
from fedi.demo.script import FOLDER, Calendar, Picture, Scene, Script
from fedi.departments.records import Records
from fedi.groups.keeping import Groups, NewGroup
from fedi.media.attachments import Given
from fedi.oauth.passwords import Passwords
from fedi.organisation import NewActor, add_actor, add_person, let_speak
from fedi.publishing import Draft, Profiles, Writing
from fedi.store import credentials
from outbox.acts import Acting

_MINUTE: Final = 60_000
_DAY: Final = 86_400_000
_FOLLOWS: Final = "0 fre 13:00"
PASSWORD: Final = "sju fjell og en bro"  # noqa: S105
"""Of everybody in the demo, which is for one machine and tells it to whoever starts it."""
Deed = Callable[[], Awaitable[Any]]


class PlayedClock:
    """Fills the Clock port; time stands still between two deeds, and never goes back."""

    def __init__(self, start: int) -> None:
        self._now = start

    def now(self) -> int:
        return self._now

    def go_to(self, moment: int) -> None:
        self._now = max(self._now, moment)


@dataclass(slots=True)
class Stage:
    """The house, the script, and who and what is there so far."""

    house: House
    clock: PlayedClock
    script: Script
    calendar: Calendar
    actors: dict[str, Actor] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    deeds: list[tuple[int, Deed]] = field(default_factory=list)

    async def play(self) -> None:
        """Play everything in order of time."""
        await self._move_in()
        self._plan_follows()
        for scene in self.script.scenes:
            self._plan(scene)
        for moment, deed in sorted(self.deeds, key=lambda planned: planned[0]):
            self.clock.go_to(moment)
            await self.house.slot.renew()  # ids follow the clock as far as the slot's lease
            await deed()

    # -- who

    async def _move_in(self) -> None:
        performer = self.house.performer
        first, *others = self.script.departments
        parent = await add_actor(performer, self._department(first.handle, None))
        self.actors[first.handle] = parent
        made = await asyncio.gather(
            *(add_actor(performer, self._department(one.handle, parent.id)) for one in others)
        )
        self.actors |= {actor.username: actor for actor in made}
        records = Records(Profiles(performer, self.house.resolver, self.house.config.limits))
        for department in self.script.departments:
            if department.record:
                await records.change(self.actors[department.handle], department.record)
        hired = await asyncio.gather(
            *(
                add_person(performer, one.handle, one.name, language=one.language)
                for one in self.script.people
            )
        )
        for person, actor in hired:
            self.people[person.username] = person
            self.actors[person.username] = actor
        for one in self.script.people:
            for handle, role in one.speaks_for.items():
                person = self.people[one.handle]
                await let_speak(performer, person, self.actors[handle], Role(role))
        await self._make_groups()
        await self._give_passwords()

    async def _make_groups(self) -> None:
        house = self.house
        groups = Groups(house.performer, house.resolver, house.config.limits)
        for one in self.script.groups:
            new = NewGroup(
                username=one.handle,
                name=one.name,
                access=Access(one.access),
                summary=one.summary,
            )
            made = await groups.add(new, self.people[one.by])
            self.actors[one.handle] = made
            for member in one.members:
                if new.access is not Access.OPEN:
                    await groups.let_know(made, self.actors[member], self.actors[one.by])
                await groups.join(self.actors[member], made)

    async def _give_passwords(self) -> None:
        phc, now = await Passwords(self.house.config.sign_in).hash(PASSWORD), self.clock.now()
        for person in self.people.values():
            put = partial(credentials.put_phc, person_id=person.id, phc=phc, now=now)
            await self.house.engine.write(put)

    def _department(self, handle: str, parent: int | None) -> NewActor:
        one = next(found for found in self.script.departments if found.handle == handle)
        return NewActor(
            kind=ActorKind.ORGANIZATION,
            username=one.handle,
            name=one.name,
            names=one.names,
            summary=one.summary,
            fields=one.fields,
            parent_id=parent,
        )

    def _plan_follows(self) -> None:
        """Everyone follows every department, departments one another, and a few colleagues."""
        moment = self.calendar.moment(_FOLLOWS)
        departments = [self.actors[one.handle] for one in self.script.departments]
        people = [self.actors[one.handle] for one in self.script.people]
        for number, actor in enumerate([*departments, *people]):
            near = people[number % 3 :: 3] if actor in people else []
            for other in (*departments, *near):
                if other.id != actor.id:
                    self.deeds.append((moment, self._follow(actor, other)))
            moment += 7 * _MINUTE

    def _follow(self, actor: Actor, other: Actor) -> Deed:
        async def follow() -> None:
            act: Follow = self._acting(actor).follow(other)
            await self._writing().perform(act)

        return follow

    # -- what

    def _plan(self, scene: Scene) -> None:
        at = self.calendar.moment(scene.at)
        self.deeds.append((at, lambda: self._post(scene)))
        if scene.edited is not None:
            edited = scene.edited.text
            self.deeds.append((self.calendar.moment(scene.edited.at), self._edit(scene, edited)))
        if scene.pin:
            self.deeds.append((at + _MINUTE, self._pin(scene)))
        for number, who in enumerate(scene.boosts):
            self._later(at, 6 + 9 * number, self._boost(scene, who))
        for number, who in enumerate(scene.likes):
            self._later(at, 4 + 11 * number, self._like(scene, who))
        votes = [(who, choice) for choice, voters in scene.votes.items() for who in voters]
        for number, (who, choice) in enumerate(votes):
            self._later(at, 10 + 37 * number, self._vote(scene, who, choice))

    def _later(self, at: int, minutes: int, deed: Deed) -> None:
        self.deeds.append((min(at + minutes * _MINUTE, self.calendar.moment("-0m")), deed))

    async def _post(self, scene: Scene) -> None:
        author, person = self.actors[scene.by], self._person(scene)
        media: tuple[Media, ...] = ()
        if scene.picture is not None:
            media = await self._picture(author, person, scene.picture)
        draft = Draft(
            text=scene.text,
            visibility=Visibility(scene.visibility),
            person=person.id,
            summary=scene.summary,
            sensitive=bool(scene.summary),
            language=scene.language,
            reply_to=self.posts[scene.reply_to].uri if scene.reply_to else "",
            media=media,
            choices=scene.poll,
            poll_ends=self.clock.now() + scene.poll_days * _DAY if scene.poll else None,
        )
        self.posts[scene.key] = await self._writing().publish(author, draft)

    async def _picture(self, author: Actor, person: Person, picture: Picture) -> tuple[Media, ...]:
        file = io.BytesIO((FOLDER / picture.file).read_bytes())
        given = Given(file=file, name=picture.file, person=person.id, description=picture.alt)
        made = await self.house.media.upload(author, given, wait=True)
        return await self.house.media.take(author, [made.id])

    def _edit(self, scene: Scene, text: str) -> Deed:
        async def edit() -> None:
            post = self.posts[scene.key]
            draft = Draft(
                text=text, visibility=post.visibility, person=self._person(scene).id,
                language=scene.language,
            )  # fmt: skip
            edited = await self._writing().edit(self.actors[scene.by], post, draft)
            self.posts[scene.key] = edited

        return edit

    def _pin(self, scene: Scene) -> Deed:
        async def pin() -> None:
            act = self._acting(self.actors[scene.by], self._person(scene))
            await self._writing().perform(act.pin(self.posts[scene.key]))

        return pin

    def _like(self, scene: Scene, who: str) -> Deed:
        async def like() -> None:
            act = self._acting(self.actors[who])
            await self._writing().perform(act.like(self.posts[scene.key]))

        return like

    def _boost(self, scene: Scene, who: str) -> Deed:
        async def boost() -> None:
            act = self._acting(self.actors[who])
            post = self.posts[scene.key]
            await self._writing().perform(act.boost(post, self.actors[scene.by], self.clock.now()))

        return boost

    def _vote(self, scene: Scene, who: str, choice: str) -> Deed:
        async def vote() -> None:
            act = self._acting(self.actors[who])
            await self._writing().perform(act.vote(self.posts[scene.key], choice))

        return vote

    # -- with what

    def _person(self, scene: Scene) -> Person:
        return self.people[scene.person or scene.by]

    def _acting(self, actor: Actor, person: Person | None = None) -> Acting:
        performer = self.house.performer
        return Acting(
            actor=actor,
            urls=performer.urls,
            id=performer.new_id(),
            person=person.id if person is not None else None,
        )

    def _writing(self) -> Writing:
        house = self.house
        return Writing(
            house.performer, house.resolver, house.config.limits, house.config.cautions.watched
        )
