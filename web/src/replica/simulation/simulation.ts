// Three devices of one person, who works on all of them through all kinds of weather, and what must be true in the end.
import { type Intent, isHeld } from "../model";
import { Replica } from "../replica";
import { Sync } from "../sync";
import { FakeService } from "./service";
import { Disk, Ports, type Weather, World } from "./world";

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
    this.devices = [0, 1, 2].map(() => new Device(this.world, this.service, { ...weather }, this.outcome));
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
    else if (dice < 0.06) device.setOnline(!device.ports.online);
    else if (dice < 0.08) device.ports.cut();
    else if (dice < 0.1) device.decide();
    else if (dice < 0.1005) this.service.forgetDeletions();
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

class Device {
  ports: Ports;
  replica: Replica;
  /** Additions and edits that are on the disk: from then on they must not be lost. */
  readonly promised = new Set<string>();
  /** Those of which the person was told that they cannot be done, with what they had typed. */
  readonly told = new Set<string>();
  readonly #disk = new Disk();

  constructor(
    private readonly world: World,
    private readonly service: FakeService,
    private readonly weather: Weather,
    private readonly outcome: Outcome,
  ) {
    [this.ports, this.replica] = this.#start(true);
  }

  #start(online: boolean): [Ports, Replica] {
    const ports = new Ports(this.world, this.#disk, this.service, this.weather);
    ports.online = online;
    const replica = new Replica(ports, ports, ports);
    const sync = new Sync(replica, ports, ports);
    void replica.load().then(() => sync.run());
    return [ports, replica];
  }

  crash(): void {
    this.outcome.crashes += 1;
    this.ports.crash();
    [this.ports, this.replica] = this.#start(this.ports.online);
  }

  setOnline(online: boolean): void {
    this.ports.online = online;
    if (!online) this.ports.cut();
  }

  calm(): void {
    Object.assign(this.weather, WEATHERS[0]);
    this.ports.online = true;
  }

  edit(number: number): boolean {
    const { replica, world } = this;
    const { tasks } = replica.snapshot();
    const task = world.pick(tasks);
    const mark = `text ${number}`;
    if (!task || (tasks.length < 30 && world.chance(0.25))) {
      this.#want(`task_${number}`, replica.want({ kind: "create", id: `task_${number}`, title: mark, description: "" }));
      return true;
    }
    const dice = world.random();
    if (dice < 0.5) {
      const base = { title: task.title, description: task.description };
      this.#want(mark, replica.want({ kind: "edit", id: task.id, title: mark, description: "", base, version: null }));
    } else if (dice < 0.8) void replica.want({ kind: "complete", id: task.id, completed: !task.completed });
    else {
      // Whoever deletes a task has decided about its conflicts, too.
      this.#letGo(() => void replica.want({ kind: "delete", id: task.id, title: task.title }));
      if (world.chance(0.5)) void replica.want({ kind: "restore", id: task.id, task });
    }
    return true;
  }

  #want(mark: string, written: Promise<void>): void {
    const { replica } = this;
    void written.then(() => {
      if (replica.snapshot().storageProblem === undefined && replica === this.replica) this.promised.add(mark);
    });
  }

  /** Answers everything that needs a decision. */
  decide(): void {
    for (const intent of this.replica.snapshot().outbox.filter(isHeld)) {
      this.outcome.decisions += 1;
      if (intent.state.is === "conflict" && this.world.chance(0.5)) this.#keepMine(intent);
      else this.#letGo(() => void this.replica.discard(intent));
    }
  }

  /** Whoever says so once more wants it once more, whatever became of it the first time. */
  #keepMine(intent: Intent): void {
    if (intent.change.kind === "edit") this.service.carriedOut.delete(intent.change.title);
    void this.replica.keepMine(intent);
  }

  /** Whoever lets go of something has seen it, and everything that goes with it. */
  #letGo(act: () => void): void {
    const before = this.replica.intents;
    act();
    for (const { change } of before.filter(({ n }) => !this.replica.intents.some((other) => other.n === n))) {
      if (change.kind === "edit") this.told.add(change.title);
      if (change.kind === "create") this.told.add(change.id);
    }
  }

  isAtRest(): boolean {
    const { outbox, connection } = this.replica.snapshot();
    return outbox.length === 0 && connection === "live" && this.#isEqual();
  }

  compare(): void {
    const { outbox } = this.replica.snapshot();
    if (outbox.length > 0) this.outcome.different.push(`still waiting: ${JSON.stringify(outbox[0])}`);
    if (!this.#isEqual()) this.outcome.different.push(`here ${this.#said()}, there ${this.#truth()}`);
  }

  #isEqual(): boolean {
    return this.#said() === this.#truth();
  }

  #said(): string {
    return said([...this.replica.snapshot().tasks].sort((a, b) => a.place - b.place));
  }

  #truth(): string {
    return said(this.service.byLatestChange());
  }
}

function said(tasks: readonly { id: string; title: string; completed: boolean; version: number }[]): string {
  return tasks.map(({ id, title, completed, version }) => `${id}: ${title} ${completed} ${version}`).join("\n");
}
