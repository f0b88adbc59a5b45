// Flows of the fake program.
import type { AccountView, CodeView, ConnectionRow, FlowView, Reach, Stage } from "../bindings";
import { failureOf } from "./failures";
import { keyForm } from "./typing";

const params = new URLSearchParams(typeof location === "undefined" ? "" : location.search);

/** Who signs in. */
export function succeed(row: ConnectionRow): AccountView {
  return row.service.practice
    ? { label: "aiko@practice.example", name: "Aiko Mori", email: "aiko@practice.example" }
    : { label: "aiko@example.com", name: "Aiko Mori", email: "aiko@example.com" };
}

/** A code, and what a camera reads: the address with the code in it. */
export const CODE: CodeView = {
  userCode: "WDJB-MJHT",
  address: "https://accounts.zoho.com/oauth/v3/device",
  qr: {
    size: 41,
    path: "M4 4h7v1h-7zM13 4h3v1h-3zM17 4h2v1h-2zM20 4h1v1h-1zM22 4h2v1h-2zM25 4h1v1h-1zM27 4h1v1h-1zM30 4h7v1h-7zM4 5h1v1h-1zM10 5h1v1h-1zM13 5h1v1h-1zM15 5h1v1h-1zM17 5h4v1h-4zM22 5h1v1h-1zM24 5h3v1h-3zM30 5h1v1h-1zM36 5h1v1h-1zM4 6h1v1h-1zM6 6h3v1h-3zM10 6h1v1h-1zM12 6h4v1h-4zM17 6h1v1h-1zM19 6h2v1h-2zM22 6h5v1h-5zM30 6h1v1h-1zM32 6h3v1h-3zM36 6h1v1h-1zM4 7h1v1h-1zM6 7h3v1h-3zM10 7h1v1h-1zM12 7h2v1h-2zM15 7h1v1h-1zM18 7h2v1h-2zM23 7h1v1h-1zM26 7h1v1h-1zM28 7h1v1h-1zM30 7h1v1h-1zM32 7h3v1h-3zM36 7h1v1h-1zM4 8h1v1h-1zM6 8h3v1h-3zM10 8h1v1h-1zM12 8h4v1h-4zM19 8h1v1h-1zM21 8h3v1h-3zM26 8h2v1h-2zM30 8h1v1h-1zM32 8h3v1h-3zM36 8h1v1h-1zM4 9h1v1h-1zM10 9h1v1h-1zM12 9h1v1h-1zM15 9h2v1h-2zM18 9h2v1h-2zM21 9h1v1h-1zM24 9h1v1h-1zM26 9h1v1h-1zM30 9h1v1h-1zM36 9h1v1h-1zM4 10h7v1h-7zM12 10h1v1h-1zM14 10h1v1h-1zM16 10h1v1h-1zM18 10h1v1h-1zM20 10h1v1h-1zM22 10h1v1h-1zM24 10h1v1h-1zM26 10h1v1h-1zM28 10h1v1h-1zM30 10h7v1h-7zM12 11h3v1h-3zM16 11h1v1h-1zM22 11h1v1h-1zM24 11h2v1h-2zM27 11h2v1h-2zM4 12h1v1h-1zM6 12h5v1h-5zM17 12h2v1h-2zM20 12h2v1h-2zM23 12h1v1h-1zM26 12h1v1h-1zM30 12h5v1h-5zM4 13h1v1h-1zM8 13h1v1h-1zM11 13h1v1h-1zM13 13h1v1h-1zM20 13h8v1h-8zM30 13h2v1h-2zM33 13h4v1h-4zM5 14h1v1h-1zM7 14h1v1h-1zM9 14h2v1h-2zM15 14h2v1h-2zM19 14h2v1h-2zM30 14h1v1h-1zM32 14h1v1h-1zM34 14h1v1h-1zM4 15h1v1h-1zM8 15h2v1h-2zM11 15h2v1h-2zM15 15h1v1h-1zM18 15h2v1h-2zM21 15h1v1h-1zM25 15h1v1h-1zM27 15h1v1h-1zM29 15h1v1h-1zM32 15h3v1h-3zM36 15h1v1h-1zM4 16h2v1h-2zM7 16h2v1h-2zM10 16h4v1h-4zM15 16h1v1h-1zM19 16h9v1h-9zM29 16h1v1h-1zM31 16h3v1h-3zM35 16h1v1h-1zM6 17h3v1h-3zM11 17h2v1h-2zM14 17h2v1h-2zM17 17h2v1h-2zM22 17h2v1h-2zM25 17h3v1h-3zM30 17h1v1h-1zM34 17h3v1h-3zM4 18h1v1h-1zM7 18h1v1h-1zM10 18h4v1h-4zM16 18h2v1h-2zM19 18h1v1h-1zM21 18h2v1h-2zM24 18h3v1h-3zM29 18h5v1h-5zM35 18h1v1h-1zM4 19h1v1h-1zM6 19h1v1h-1zM9 19h1v1h-1zM11 19h1v1h-1zM15 19h1v1h-1zM17 19h4v1h-4zM24 19h2v1h-2zM29 19h2v1h-2zM34 19h1v1h-1zM4 20h1v1h-1zM6 20h1v1h-1zM9 20h2v1h-2zM12 20h2v1h-2zM17 20h3v1h-3zM21 20h1v1h-1zM26 20h1v1h-1zM28 20h2v1h-2zM31 20h2v1h-2zM36 20h1v1h-1zM5 21h2v1h-2zM9 21h1v1h-1zM12 21h1v1h-1zM14 21h1v1h-1zM16 21h1v1h-1zM20 21h5v1h-5zM26 21h2v1h-2zM30 21h2v1h-2zM33 21h4v1h-4zM4 22h1v1h-1zM6 22h1v1h-1zM10 22h1v1h-1zM15 22h2v1h-2zM19 22h2v1h-2zM24 22h1v1h-1zM26 22h1v1h-1zM31 22h2v1h-2zM34 22h2v1h-2zM4 23h1v1h-1zM7 23h3v1h-3zM13 23h2v1h-2zM16 23h1v1h-1zM18 23h1v1h-1zM20 23h1v1h-1zM23 23h14v1h-14zM5 24h1v1h-1zM8 24h1v1h-1zM10 24h1v1h-1zM13 24h2v1h-2zM17 24h1v1h-1zM20 24h2v1h-2zM23 24h1v1h-1zM26 24h1v1h-1zM29 24h1v1h-1zM32 24h2v1h-2zM35 24h2v1h-2zM4 25h1v1h-1zM6 25h2v1h-2zM9 25h1v1h-1zM14 25h3v1h-3zM18 25h1v1h-1zM21 25h5v1h-5zM27 25h1v1h-1zM30 25h1v1h-1zM33 25h1v1h-1zM36 25h1v1h-1zM4 26h1v1h-1zM6 26h2v1h-2zM9 26h3v1h-3zM14 26h1v1h-1zM17 26h2v1h-2zM20 26h2v1h-2zM33 26h1v1h-1zM35 26h1v1h-1zM4 27h1v1h-1zM6 27h2v1h-2zM9 27h1v1h-1zM11 27h4v1h-4zM17 27h1v1h-1zM19 27h2v1h-2zM24 27h4v1h-4zM29 27h1v1h-1zM33 27h2v1h-2zM4 28h1v1h-1zM6 28h2v1h-2zM10 28h1v1h-1zM12 28h1v1h-1zM14 28h3v1h-3zM21 28h1v1h-1zM27 28h6v1h-6zM35 28h1v1h-1zM12 29h3v1h-3zM18 29h1v1h-1zM20 29h6v1h-6zM28 29h1v1h-1zM32 29h1v1h-1zM34 29h1v1h-1zM36 29h1v1h-1zM4 30h7v1h-7zM14 30h1v1h-1zM16 30h5v1h-5zM27 30h2v1h-2zM30 30h1v1h-1zM32 30h1v1h-1zM34 30h1v1h-1zM4 31h1v1h-1zM10 31h1v1h-1zM12 31h4v1h-4zM18 31h1v1h-1zM20 31h1v1h-1zM22 31h2v1h-2zM25 31h4v1h-4zM32 31h3v1h-3zM4 32h1v1h-1zM6 32h3v1h-3zM10 32h1v1h-1zM12 32h4v1h-4zM23 32h1v1h-1zM26 32h1v1h-1zM28 32h6v1h-6zM36 32h1v1h-1zM4 33h1v1h-1zM6 33h3v1h-3zM10 33h1v1h-1zM12 33h1v1h-1zM21 33h1v1h-1zM23 33h2v1h-2zM27 33h1v1h-1zM29 33h1v1h-1zM32 33h5v1h-5zM4 34h1v1h-1zM6 34h3v1h-3zM10 34h1v1h-1zM12 34h3v1h-3zM16 34h1v1h-1zM18 34h3v1h-3zM24 34h1v1h-1zM26 34h1v1h-1zM28 34h1v1h-1zM30 34h2v1h-2zM34 34h1v1h-1zM4 35h1v1h-1zM10 35h1v1h-1zM13 35h1v1h-1zM16 35h5v1h-5zM23 35h3v1h-3zM27 35h1v1h-1zM29 35h1v1h-1zM32 35h3v1h-3zM4 36h7v1h-7zM12 36h2v1h-2zM15 36h1v1h-1zM21 36h4v1h-4zM26 36h1v1h-1zM28 36h2v1h-2zM31 36h1v1h-1zM35 36h1v1h-1z",
  },
};

/** A flow at the stage the address asks for. */
export function flowView(id: string, row: ConnectionRow, reach: Reach, at?: Stage): FlowView {
  const asked = at ?? (params.get("stage") as Stage | "low" | "browser" | "device" | "stay" | "no_account" | "form" | "form_refused" | "form_malformed" | "form_checking" | "client" | null) ?? "waiting";
  const now = Date.now();
  if (asked === "form" || asked === "form_refused" || asked === "form_malformed" || asked === "form_checking" || asked === "client") return alone(id, row, reach, asked);
  const stage: Stage = ["low", "browser", "device", "stay", "no_account"].includes(asked) ? "waiting" : (asked as Stage);
  const locale = params.get("locale") === "ja" ? "ja" : "en";
  const known = stage === "ask_replace" || stage === "done";
  return {
    id, connection: row.id, connectionName: row.name, reach, service: row.service,
    host: row.service.practice ? "127.0.0.1:41990" : "accounts.zoho.com", secure: true,
    agent: asked === "browser" || asked === "device" ? asked : "webview",
    codeOffered: true, form: null,
    code: asked === "device" ? CODE : null,
    browserBecause: asked === "browser" ? (locale === "ja" ? "このサービスはアプリ内のサインインを受け付けないため、ブラウザーで開きました。" : "This service refuses sign-in inside an app, so its page is open in your browser.") : null,
    deadline: now + (asked === "low" ? 14_000 : 84_000), now, seconds: asked === "low" ? 90 : 90, stage,
    account: stage === "ask_whose" ? { label: `${row.service.name} Account`, name: null, email: null } : stage === "ask_replace" ? { label: "ben@example.com", name: "Ben Osei", email: "ben@example.com" } : known ? succeed(row) : null,
    previous: stage === "ask_replace" ? { label: "aiko@example.com", name: "Aiko Mori", email: "aiko@example.com" } : stage === "ask_whose" ? { label: locale === "ja" ? "経理のキー" : "Accounting key", name: null, email: null } : null,
    uses: stage === "ask_replace" ? 11 : 0, primary: stage === "done", mayBecomePrimary: stage === "waiting" && row.kind === "logged_in_user", passphrase: false, primaryWanted: true,
    stay: asked === "stay" ? "on" : asked === "no_account" ? "no_account" : "off",
    failure: stage === "failed" ? failureOf("access_denied", locale) : null,
  };
}

/** A flow that has no page. */
function alone(id: string, row: ConnectionRow, reach: Reach, asked: "form" | "form_refused" | "form_malformed" | "form_checking" | "client"): FlowView {
  const locale = params.get("locale") === "ja" ? "ja" : "en";
  const problem =
    asked === "form_refused" ? { field: null, failure: failureOf("key_refused", locale) }
    : asked === "form_malformed" ? { field: "account_sid", failure: failureOf("key_malformed", locale) }
    : null;
  const checking = asked === "form_checking" || asked === "client";
  return {
    ...flowView(id, row, reach, checking ? "checking" : "waiting"),
    agent: asked === "client" ? "client" : "form", form: asked === "client" ? null : keyForm(locale, problem),
    host: asked === "client" ? "api-m.paypal.com" : "api.twilio.com", codeOffered: false, stay: "not_here",
    deadline: Date.now() + 1_800_000, seconds: 1800, mayBecomePrimary: asked !== "client", primaryWanted: true,
  };
}
