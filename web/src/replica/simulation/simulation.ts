// Three devices of one person, with one to three tabs each, who works in all of them through all kinds of weather, and what must be true
// in the end.
import { type Intent, isHeld } from "../model";
import { Replica } from "../replica";
import { Sync } from "../sync";
import { FakeService } from "./service";
import { Browser, Ports, type Weather, World } from "./world";

export interface Outcome {
  lost: string[];
  doubled: string[];
  overwritten: string[];
  /** How devices differ from the service in the end. */
  different: string[];
  /** How often somebody was asked or told something. */
  decisions: number;
  crashes: number;
}

const WEATHERS: Weather[] = [
  { lostRequest: 0, lostAnswer: 0, repeated: 0, fullDisk: 0 },
  { lostRequest: 0.1, lostAnswer: 0.1, repeated: 0.1, fullDisk: 0 },
  { lostRequest: 0.3, lostAnswer: 0.3, repeated: 0.3, fullDisk: 0.02 },
];

export async function simulate(seed: number, edits: number): Promise<Outcome> {
  const simulation = new Simulation(seed);
  await simulation.live(edits);
  return simulation.end();
}

class Simulation {
  readonly world: World;
  readonly service: FakeService;
  readonly devices: Device[];
  readonly outcome: Outcome = { lost: [], doubled: [], overwritten: [], different: [], decisions: 0, crashes: 0 };
  #made = 0;

  constructor(seed: number) {
    this.world = new World(seed);
    this.service = new FakeService(() => this.world.now);
    const weather = WEATHERS[seed % WEATHERS.length] as Weather;
    this.devices = [0, 1, 2].map((index) => new Device(this.world, this.service, { ...weather }, this.outcome, 1 + (((seed % 3) + index) % 3)));
  }

  async live(edits: number): Promise<void> {
    while (this.#made < edits) {
      const device = this.world.pick(this.devices) as Device;
      this.#happen(device);
      // Sometimes a person is faster than everything else, and sometimes away for long.
      const steps = this.world.chance(0.02) ? 300 : Math.floor(this.world.random() * 25);
      for (let i = 0; i < steps; i++) await this.world.step();
    }
  }

  #happen(device: Device): void {
    const dice = this.world.random();
    if (dice < 0.02) device.crash();
    else if (dice < 0.06) device.setOnline(!device.browser.online);
    else if (dice < 0.08) device.cut();
    else if (dice < 0.1) device.decide();
    else if (dice < 0.1005) this.service.forgetDeletions();
    else if (dice < 0.102) device.throwAway();
    else if (device.edit(this.#made)) this.#made += 1;
    else this.world.in(1, () => undefined);
  }

  /** The sun comes out, every question is answered, and everything must come to rest. */
  async end(): Promise<Outcome> {
    for (const device of this.devices) device.calm();
    for (let round = 0; round < 200 && !this.#isAtRest(); round++) {
      for (const device of this.devices) device.decide();
      for (let i = 0; i < 200; i++) await this.world.step();
    }
    for (const device of this.devices) device.compare();
    const { doubled, overwritten } = this.service.faults;
    this.outcome.doubled = doubled;
    this.outcome.overwritten = overwritten;
    const settled = new Set([...this.service.carriedOut, ...this.devices.flatMap(({ told }) => [...told])]);
    this.outcome.lost = this.devices.flatMap(({ promised }) => [...promised]).filter((mark) => !settled.has(mark));
    return this.outcome;
  }

  #isAtRest(): boolean {
    return this.devices.every((device) => device.isAtRest());
  }
}

interface Tab {
  ports: Ports;
  replica: Replica;
}

class Device {
  readonly browser: Browser;
  readonly tabs: Tab[];
  /** Additions and edits that are on the disk: from then on they must not be lost. */
  readonly promised = new Set<string>();
  /** Those of which the person was told that they cannot be done, with what they had typed. */
  readonly told = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly service: FakeService,
    private readonly weather: Weather,
    private readonly outcome: Outcome,
    tabs: number,
  ) {
    this.browser = new Browser(world);
    this.tabs = Array.from({ length: tabs }, () => this.#open());
  }

  #open(): Tab {
    const ports = new Ports(this.world, this.browser, this.service, this.weather);
    const replica = new Replica(ports, ports, ports);
    const sync = new Sync(replica, ports, ports);
    const lead = async () => {
      await replica.takeOver();
      await sync.run();
    };
    void this.browser.alone(ports, lead, () => replica.load());
    return { ports, replica };
  }

  /** One tab crashes, or the whole browser, and is opened again. */
  crash(): void {
    // What is in memory alone cannot outlive that.
    if (this.browser.disk.isThrownAway) return;
    const all = this.world.chance(0.3) || this.tabs.length === 1;
    this.outcome.crashes += 1;
    const one = Math.floor(this.world.random() * this.tabs.length);
    const crashed = this.tabs.map((_tab, index) => index).filter((index) => all || index === one);
    for (const index of crashed) this.tabs[index]?.ports.crash();
    for (const index of crashed) this.tabs[index] = this.#open();
  }

  /** The browser makes room on the disk, for others. */
  throwAway(): void {
    // What no page has read yet would be gone for good, and nobody could do anything about it.
    if (!this.tabs.every(({ replica }) => replica.snapshot().loaded)) return;
    this.browser.disk.throwAway();
    // Somebody has to notice.
    void this.#tab.replica.load();
  }

  cut(): void {
    for (const { ports } of this.tabs) ports.cut();
  }

  setOnline(online: boolean): void {
    this.browser.online = online;
    if (!online) this.cut();
  }

  calm(): void {
    Object.assign(this.weather, WEATHERS[0]);
    this.browser.online = true;
  }

  /** The tab that somebody looks at. */
  get #tab(): Tab {
    return this.world.pick(this.tabs) as Tab;
  }

  edit(number: number): boolean {
    const { world } = this;
    const { replica } = this.#tab;
    const { tasks } = replica.snapshot();
    const task = world.pick(tasks);
    const mark = `text ${number}`;
    if (!task || (tasks.length < 30 && world.chance(0.25))) {
      this.#want(`task_${number}`, replica, replica.want({ kind: "create", id: `task_${number}`, title: mark, description: "" }));
      return true;
    }
    const dice = world.random();
    if (dice < 0.5) {
      const base = { title: task.title, description: task.description };
      this.#want(mark, replica, replica.want({ kind: "edit", id: task.id, title: mark, description: "", base, version: null }));
    } else if (dice < 0.8) void replica.want({ kind: "complete", id: task.id, completed: !task.completed });
    else {
      // Whoever deletes a task has decided about its conflicts, too.
      this.#letGo(replica, () => void replica.want({ kind: "delete", id: task.id, title: task.title }));
      if (world.chance(0.5)) void replica.want({ kind: "restore", id: task.id, task });
    }
    return true;
  }

  #want(mark: string, replica: Replica, written: Promise<void>): void {
    void written.then(() => {
      const isOnDisk = replica.snapshot().storageProblem === undefined && !this.browser.disk.isThrownAway;
      if (isOnDisk && this.tabs.some((tab) => tab.replica === replica)) this.promised.add(mark);
    });
  }

  /** Answers everything that needs a decision. */
  decide(): void {
    const { replica } = this.#tab;
    for (const intent of replica.snapshot().outbox.filter(isHeld)) {
      this.outcome.decisions += 1;
      if (intent.state.is === "conflict" && this.world.chance(0.5)) this.#keepMine(replica, intent);
      else this.#letGo(replica, () => void replica.discard(intent));
    }
  }

  /** Whoever says so once more wants it once more, whatever became of it the first time. */
  #keepMine(replica: Replica, intent: Intent): void {
    if (intent.change.kind === "edit") this.service.carriedOut.delete(intent.change.title);
    void replica.keepMine(intent);
  }

  /** Whoever lets go of something has seen it, and everything that goes with it. */
  #letGo(replica: Replica, act: () => void): void {
    const before = replica.intents;
    act();
    for (const { change } of before.filter(({ n }) => !replica.intents.some((other) => other.n === n))) {
      if (change.kind === "edit") this.told.add(change.title);
      if (change.kind === "create") this.told.add(change.id);
    }
  }

  isAtRest(): boolean {
    return this.tabs.every(({ replica }) => {
      const { outbox, connection } = replica.snapshot();
      return outbox.length === 0 && connection === "live" && this.#isEqual(replica);
    });
  }

  compare(): void {
    for (const { replica } of this.tabs) {
      const { outbox } = replica.snapshot();
      if (outbox.length > 0) this.outcome.different.push(`still waiting: ${JSON.stringify(outbox[0])}`);
      if (!this.#isEqual(replica)) this.outcome.different.push(`here ${this.#said(replica)}, there ${this.#truth()}`);
    }
  }

  #isEqual(replica: Replica): boolean {
    return this.#said(replica) === this.#truth();
  }

  #said(replica: Replica): string {
    return said([...replica.snapshot().tasks].sort((a, b) => a.place - b.place));
  }

  #truth(): string {
    return said(this.service.byLatestChange());
  }
}

function said(tasks: readonly { id: string; title: string; completed: boolean; version: number }[]): string {
  return tasks.map(({ id, title, completed, version }) => `${id}: ${title} ${completed} ${version}`).join("\n");
}
