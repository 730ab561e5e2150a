/** Every frozen vector gives here what it says, and what it gives in Python. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { KeysError } from "./errors.ts";
import { Inputs, toJson } from "./inputs.testing.ts";
import { OPERATIONS } from "./operations.testing.ts";

interface Case {
  readonly name: string;
  readonly operation: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly error?: true;
}

const FOLDER = join(import.meta.dirname, "../../../../tests/vectors");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

function casesOf(file: string): Case[] {
  const vectors = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
  assert.equal(vectors.version, 1);
  return vectors.cases;
}

async function check(one: Case): Promise<void> {
  const operation = OPERATIONS[one.operation];
  assert.ok(operation, `${one.operation} is an operation`);
  const inputs = new Inputs(one.inputs);
  const attempt = async () => toJson(await operation(inputs));
  if (one.error) {
    await assert.rejects(attempt, (error) => error instanceof KeysError);
    return;
  }
  assert.deepEqual(await attempt(), one.outputs);
  assert.deepEqual(inputs.unasked(), []);
}

for (const file of FILES) {
  test(`${file} holds`, async (context) => {
    for (const one of casesOf(file)) {
      await context.test(`${one.operation}: ${one.name}`, () => check(one));
    }
  });
}

test("there are vectors, each operation has a valid one, and at least 150 are refused", () => {
  const cases = FILES.flatMap(casesOf);
  const valid = new Set(cases.filter((one) => !one.error).map((one) => one.operation));
  assert.deepEqual([...valid].sort(), Object.keys(OPERATIONS).sort());
  assert.ok(cases.filter((one) => one.error).length >= 150);
});
