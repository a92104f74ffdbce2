// @vitest-environment node
// The same code as in the browser, through all kinds of weather. `npm run simulate` does it longer.
import { expect, test } from "vitest";
import { simulate } from "./simulation";

const SEEDS = Number(process.env.SEEDS ?? 50);
const EDITS = Number(process.env.EDITS ?? 200);

test(
  `${SEEDS} lives of ${EDITS} edits: nothing is lost, doubled or overwritten, and all devices agree in the end`,
  async () => {
    const total = { decisions: 0, crashes: 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { decisions, crashes, ...wrong } = await simulate(seed, EDITS);
      expect({ seed, ...wrong }).toEqual({ seed, lost: [], doubled: [], overwritten: [], different: [] });
      total.decisions += decisions;
      total.crashes += crashes;
    }
    // Weather in which nothing ever happens would prove nothing.
    expect(total.decisions).toBeGreaterThan(SEEDS);
    expect(total.crashes).toBeGreaterThan(SEEDS);
  },
  24 * 3_600_000,
);
