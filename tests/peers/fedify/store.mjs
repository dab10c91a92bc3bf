// What this server remembers: actors that follow it, actors it follows, posts, likes, shares.
// Every change is one line of a journal, replayed at start, so that a restart forgets nothing.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export class Store {
  constructor(folder) {
    mkdirSync(folder, { recursive: true });
    this.journal = join(folder, "journal.jsonl");
    this.tables = {
      keys: {}, // name -> JWK
      followers: {}, // actor id -> {state, follow, inbox, sharedInbox}
      following: {}, // actor id -> {state, follow}
      posts: {}, // object id -> {author, content, inReplyTo, to, cc, local, ...}
      likes: {}, // object id -> {actor id -> activity id}
      shares: {}, // object id -> {actor id -> activity id}
      deeds: {}, // our own activities by id, for Undo
    };
    this.autoAccept = false;
    if (existsSync(this.journal)) {
      for (const line of readFileSync(this.journal, "utf8").split("\n")) {
        if (line) this.#apply(JSON.parse(line));
      }
    }
  }

  #apply({ table, key, value }) {
    if (value === null) delete this.tables[table][key];
    else this.tables[table][key] = value;
  }

  put(table, key, value) {
    const entry = { table, key, value };
    this.#apply(entry);
    appendFileSync(this.journal, JSON.stringify(entry) + "\n");
  }

  get(table, key) {
    return this.tables[table][key];
  }

  patch(table, key, change) {
    this.put(table, key, { ...this.get(table, key), ...change });
  }

  drop(table, key) {
    if (key in this.tables[table]) this.put(table, key, null);
  }

  // Likes and shares: a set of actors per post.
  add(table, post, actor, activity) {
    this.put(table, post, { ...this.get(table, post), [actor]: activity });
  }

  remove(table, post, actor) {
    const { [actor]: _, ...rest } = this.get(table, post) ?? {};
    this.put(table, post, rest);
  }
}
