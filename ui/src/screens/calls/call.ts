// What a call is made of, as the editor has it, and what was sent before: no screen, no program.
import type { Call, CallBody, CallDraft, CallMethod, CallPair, CallRecord, CodeLanguage, Failure } from "../../backend/bindings";

/** The order people know. */
export const METHODS: readonly CallMethod[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
export const KINDS: readonly CallBody["kind"][] = ["none", "json", "form", "text"];

/** Whether services read a body of it: the program says no to one that they do not (RFC 9110 §9.3). */
export const hasBody = (method: CallMethod): boolean => method === "POST" || method === "PUT" || method === "PATCH" || method === "DELETE";

/** A row of names and values, as it is typed. */
export interface Row extends CallPair {
  key: number;
}

let next = 0;
export const rowOf = (pair: CallPair = { name: "", value: "", on: true }): Row => ({ ...pair, key: next++ });
export const rowsOf = (pairs: readonly CallPair[]): Row[] => pairs.map(rowOf);
/** What is kept: a row that nothing was typed into is none. */
export const pairsOf = (rows: readonly Row[]): CallPair[] => rows.filter((row) => row.name !== "" || row.value !== "").map(({ name, value, on }) => ({ name, value, on }));
/** How many of them are sent. */
export const sentOf = (rows: readonly Row[]): number => rows.filter((row) => row.on && row.name.trim() !== "").length;

export const firstCall = (target: string): Call => ({ method: "GET", target, query: [], headers: [], body: { kind: "none" } });

/** Whether the API's base goes before it. */
export const isPath = (target: string): boolean => !/^\s*https?:/i.test(target);

/** What the program adds as `Content-Type`, where no header of the call's own says it. */
export function mediaTypeOf({ body, headers }: Call): string | null {
  if (headers.some(({ name, on }) => on && name.trim().toLowerCase() === "content-type")) return null;
  if (body.kind === "json") return "application/json";
  if (body.kind === "form") return "application/x-www-form-urlencoded";
  return body.kind === "text" ? body.media_type.trim() : null;
}

/** A request of this session: whole, in memory, and gone with it. */
export interface Own {
  key: number;
  /** When it went out, and when it was over. */
  began: number;
  ended: number;
  draft: CallDraft;
  status: number | null;
  refused: Failure | null;
}

const pathOf = (target: string): string => {
  const bare = target.trim().split(/[?#]/)[0] ?? "";
  return isPath(bare) ? bare : bare.replace(/^https?:\/\/[^/]*/i, "") || "/";
};

/**
 * What is typed to reach what was recorded: a path where it lies below the API's base, else the whole
 * address. Where nothing was sent no host is known, and the path is all there is.
 */
export function targetOf({ host, path }: Pick<CallRecord, "host" | "path">, apiBase: string): string {
  if (!URL.canParse(apiBase)) return host === "" ? path : `https://${host}${path}`;
  const base = new URL(apiBase);
  const below = base.pathname.replace(/\/$/, "");
  const isBelow = path === below || path.startsWith(`${below}/`);
  // A record names the host with its port or without it.
  if ((host === "" || host === base.host || host === base.hostname) && isBelow) return path.slice(below.length) || "/";
  return host === "" ? path : `https://${host}${path}`;
}

/** Whether anything can have gone out: what cannot be sent as it is written never came to the gate. */
export const wasSent = (refused: Failure | null): boolean => refused === null || refused.code === "call_stopped" || !refused.code.startsWith("call_");

/** What was recorded without what this session has whole: nobody looks for one request in two places. */
export function recordedBefore(own: readonly Own[], records: readonly CallRecord[]): CallRecord[] {
  const left = [...own];
  return records.filter((record) => {
    const at = left.findIndex((one) => one.draft.call.method === record.method && record.path.endsWith(pathOf(one.draft.call.target)) && record.at >= one.began - 1000 && record.at <= one.ended + 1000);
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}

/** What a call can be copied as; names of programs and languages are the same everywhere. */
export const LANGUAGES: { value: CodeLanguage; label: string }[] = [
  { value: "curl", label: "curl" },
  { value: "rust", label: "Rust" },
  { value: "python", label: "Python" },
  { value: "javascript", label: "JavaScript" },
];
