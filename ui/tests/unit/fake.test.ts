import { describe, expect, it, vi } from "vitest";
import type { ConnectionPage, ListQuery, NewConnection } from "../../src/backend/bindings";
import { makeFake } from "../../src/backend/fake";

const fake = (options = "") => makeFake(new URLSearchParams(options));
const query: ListQuery = { search: "", kinds: [], services: [], applications: [], health: [], needsPerson: null, sort: "name", after: null, limit: 50 };
const draft: NewConnection = { name: "Lead intake two", linkName: null, connector: "practice", kind: "admin", mode: "same", scopes: [], registration: null, settings: {}, reuse: null };

describe("the fake program", () => {
  it("pages without gaps or repeats", async () => {
    const program = fake("home=many");
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: ConnectionPage = await program.call("connections_list", { query: { ...query, after, limit: 200 } });
      seen.push(...page.rows.map((row) => row.id));
      after = page.next;
      expect(page.total).toBe(2000);
    } while (after !== null);
    expect(new Set(seen).size, "every row once").toBe(2000);
  });

  it("splits into those that need a person and the others", async () => {
    const program = fake();
    const [all, needing, others] = await Promise.all([null, true, false].map((needsPerson) => program.call("connections_list", { query: { ...query, needsPerson } })));
    expect((needing?.total ?? 0) + (others?.total ?? 0), "no row is in both or in neither").toBe(all?.total);
    expect(needing?.rows.every((row) => row.needsPerson)).toBe(true);
  });

  it("creates, authorizes, tells of it, and refuses a taken link name", async () => {
    const program = fake("home=empty");
    const changed = vi.fn();
    const stop = program.on("changed", changed);
    const id = await program.call("connection_create", { draft, application: null });
    await expect(program.call("connection_create", { draft: { ...draft, linkName: "lead_intake_two" }, application: null })).rejects.toMatchObject({ code: "link_name_taken" });
    await program.call("authorize", { connection: id, reach: "all", agent: null });
    await vi.waitFor(async () => {
      const view = await program.call("connection_get", { connection: id });
      expect(view.row.stations[0]?.health.state).toBe("connected");
    }, 3000);
    expect(changed).toHaveBeenCalled();
    stop();
  });

  it("gives copies, as IPC does", async () => {
    const program = fake();
    const one = await program.call("connections_list", { query });
    (one.rows[0] as { name: string }).name = "changed by a screen";
    const two = await program.call("connections_list", { query });
    expect(two.rows[0]?.name, "a screen cannot change the program by accident").not.toBe("changed by a screen");
  });

  it("says no in the member's language", async () => {
    const program = fake("locale=ja");
    await expect(program.call("connection_get", { connection: "nobody" })).rejects.toMatchObject({ code: "connection_unknown", message: expect.stringMatching(/外部連携/) });
  });
});
