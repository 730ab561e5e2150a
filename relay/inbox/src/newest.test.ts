/** Which of several answers stands. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Newest } from "./newest.ts";

test("an older answer that comes later is dropped, and so is its failure", async () => {
  const newest = new Newest();
  const stands: string[] = [];
  const asked = (ends: Promise<string>) =>
    newest.take(
      ends,
      (value) => stands.push(value),
      (reason) => stands.push(`failed: ${reason}`),
    );
  let late = () => {};
  const later = new Promise<void>((resolve) => {
    late = resolve;
  });
  const slow = asked(later.then(() => "older"));
  const failing = asked(later.then(() => Promise.reject("away")));
  await asked(Promise.resolve("newest"));
  late();
  await Promise.all([slow, failing]);
  assert.deepEqual(stands, ["newest"]);
  await asked(Promise.reject("away"));
  assert.deepEqual(stands, ["newest", "failed: away"]);
});
