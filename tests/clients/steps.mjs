// What the scripts of masto/ and megalodon/ share: steps that are told one by one, and a person who
// consents. The test that started the script reads a JSON text a line, and answers on standard input.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

export const ORIGIN = process.env.ORIGIN;
export const OOB = "urn:ietf:wg:oauth:2.0:oob";
export const SCOPES = "read write follow push";
export const DEPARTMENT = "ikt_teamet";

const steps = [];
console.log = console.error; // standard output is for what is told, not for a library's own notes
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

export function step(name, act) {
  steps.push([name, act]);
}

// The code that the person gets who opens `url`, signs in and lets the app speak as `handle`.
export async function consent(url, username, handle) {
  tell({ authorize: url, username, as: handle });
  return (await lines.next()).value;
}

export function file(name, type) {
  return new File([readFileSync(`${process.env.FILES}/${name}`)], name, { type });
}

// The first true answer of `check`, asked again for some seconds.
export async function eventually(check, what) {
  const end = Date.now() + 20_000;
  for (;;) {
    const answer = await check();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

// `promise`, or an error naming `what` if it takes too long.
export function soon(promise, what) {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`never happened: ${what}`)), 20_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Take the steps in order. What one fails of is told, and the next ones are taken all the same, but
// for the first: nobody is signed in then.
export async function run() {
  for (const [name, act] of steps) {
    try {
      await act();
      tell({ step: name });
    } catch (error) {
      tell({ step: name, failed: `${error.stack ?? error}`.slice(0, 3000) });
      if (name === steps[0][0]) break;
    }
  }
  process.exit(0);
}
