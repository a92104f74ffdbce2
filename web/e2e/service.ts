// The service under test: the real binary, in a folder of its own, on a free port.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const BINARY = process.env.TASKHIVE ?? resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "debug/taskhive");

export class Service {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<Service> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run \`npm run build\`, then \`cargo build\``);
    const service = new Service(await freePort(), mkdtempSync(join(tmpdir(), "taskhive-e2e-")), settings);
    await service.resume();
    const page = await fetch(`${service.url}/sign-in`);
    if (page.ok) return service;
    await service.stop();
    throw new Error(`${BINARY} was built without the browser client: run \`npm run build\`, then \`cargo build\``);
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts the process again, with the same data. */
  async resume(): Promise<void> {
    const env = {
      PATH: process.env.PATH,
      PORT: String(this.port),
      RUST_LOG: "warn",
      // Every test signs up, all from one address.
      LIMIT_REGISTER_PER_HOUR: "0",
      LIMIT_LOGIN_PER_MINUTE: "0",
      LIMIT_REFRESH_PER_MINUTE: "0",
      ...this.settings,
    };
    const started = spawn(BINARY, [], { cwd: this.folder, env, stdio: ["ignore", "inherit", "inherit"] });
    this.process = started;
    const deadline = Date.now() + 20_000;
    // One that has ended, because the port was taken for example, must not be mistaken for whoever answers there.
    while (Date.now() < deadline && started.exitCode === null) {
      const ready = await fetch(`${this.url}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await new Promise((again) => setTimeout(again, 50));
    }
    throw new Error("the service did not become ready");
  }

  /** Ends the process and keeps the data. SIGKILL gives it no time to take leave of anybody. */
  async suspend(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const running = this.process;
    this.process = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = once(running, "exit");
    running.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.suspend();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** An operation past the browser, as another device would send it. */
  async api<Data>(query: string, variables: object = {}, token?: string): Promise<Data> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const response = await fetch(`${this.url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
    const answer = (await response.json()) as { data: Data; errors?: unknown };
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  }

  /** The access token of another device of the same user. */
  async signIn(email: string, password: string): Promise<string> {
    const query = `mutation ($email: String!, $password: String!) { login(input: { email: $email, password: $password }) { accessToken } }`;
    return (await this.api<{ login: { accessToken: string } }>(query, { email, password })).login.accessToken;
  }

  /** The titles that the service has, open ones first. */
  async titles(email: string, password: string): Promise<string[]> {
    const token = await this.signIn(email, password);
    const { tasks } = await this.api<{ tasks: { nodes: { title: string }[] } }>("{ tasks(first: 100) { nodes { title } } }", {}, token);
    return tasks.nodes.map(({ title }) => title);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
