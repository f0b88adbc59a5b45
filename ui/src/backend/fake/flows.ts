// Flows of the fake program.
import type { AccountView, ConnectionRow, FlowView, Reach, Stage } from "../bindings";
import { failureOf } from "./failures";

const params = new URLSearchParams(typeof location === "undefined" ? "" : location.search);

/** Who signs in. */
export function succeed(row: ConnectionRow): AccountView {
  return row.service.practice
    ? { label: "aiko@practice.example", name: "Aiko Mori", email: "aiko@practice.example" }
    : { label: "aiko@example.com", name: "Aiko Mori", email: "aiko@example.com" };
}

/** A flow at the stage the address asks for. */
export function flowView(id: string, row: ConnectionRow, reach: Reach, at?: Stage): FlowView {
  const asked = at ?? (params.get("stage") as Stage | "low" | "browser" | "device" | null) ?? "waiting";
  const now = Date.now();
  const stage: Stage = asked === "low" || asked === "browser" || asked === "device" ? "waiting" : (asked as Stage);
  const locale = params.get("locale") === "ja" ? "ja" : "en";
  const known = stage === "ask_replace" || stage === "done";
  return {
    id, connection: row.id, connectionName: row.name, reach, service: row.service,
    host: row.service.practice ? "127.0.0.1:41990" : "accounts.zoho.com", secure: true,
    agent: asked === "browser" || asked === "device" ? asked : "webview",
    codeOffered: true,
    code: asked === "device" ? { userCode: "WDJB-MJHT", address: "https://accounts.zoho.com/oauth/v3/device" } : null,
    browserBecause: asked === "browser" ? (locale === "ja" ? "このサービスはアプリ内のサインインを受け付けないため、ブラウザーで開きました。" : "This service refuses sign-in inside an app, so its page is open in your browser.") : null,
    deadline: now + (asked === "low" ? 14_000 : 84_000), now, seconds: asked === "low" ? 90 : 90, stage,
    account: stage === "ask_replace" ? { label: "ben@example.com", name: "Ben Osei", email: "ben@example.com" } : known ? succeed(row) : null,
    previous: stage === "ask_replace" ? { label: "aiko@example.com", name: "Aiko Mori", email: "aiko@example.com" } : null,
    uses: stage === "ask_replace" ? 11 : 0, primary: stage === "done", mayBecomePrimary: stage === "waiting" && row.kind === "logged_in_user", primaryWanted: true,
    failure: stage === "failed" ? failureOf("access_denied", locale) : null,
  };
}
