// The workspace's key in the fake program: a code that is always the same, and a rotation that
// takes a moment. `?code=made` begins with a code, `?rotation=running|paused` with a rotation.
import type { Commands, Failure, KeysView, Start } from "../bindings";
import { failureOf, type FailureCode } from "./failures";
import { PASSPHRASE } from "./members";

type Names = "keys_get" | "recovery_code_make" | "recovery_code_confirm" | "recovery_code_drop" | "recovery_code_use" | "key_replace" | "key_replace_pause";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

interface Around {
  start: () => Start;
  setStart: (start: Start) => void;
  answer: () => Start;
  changed: () => void;
}

const GROUPS = ["7Q3ZK", "M0X9T", "B4HWD", "C2V8N", "PG6EJ", "5RYSA"];

export function keyHandlers(around: Around, options: URLSearchParams): Handlers {
  const begun = options.get("rotation");
  let keys: KeysView = {
    keyring: options.get("keyring") !== "no",
    recoveryCode: options.get("code") === "made",
    asks: options.get("keyring") === "no" ? "workspace" : options.get("passphrase") === "set" ? "own" : "none",
    rotation: begun === null ? null : { done: 31, total: 84, paused: begun === "paused", failure: null },
  };
  let shown = false;
  const refuse = (code: FailureCode, with_: Partial<Failure> = {}): never => {
    throw { ...failureOf(code, around.start().locale), ...with_ };
  };
  const prove = (passphrase: string | null): void => {
    if (keys.asks !== "none" && passphrase !== PASSPHRASE) refuse(keys.asks === "own" ? "member_passphrase_wrong" : "passphrase_wrong");
  };
  const goOn = (): void => {
    const { rotation } = keys;
    if (!rotation || rotation.paused) return;
    const done = rotation.done + 21;
    keys = { ...keys, rotation: done >= rotation.total ? null : { ...rotation, done } };
    around.changed();
    setTimeout(goOn, 60);
  };
  return {
    keys_get: () => (around.start().member.role === "super_admin" ? keys : refuse("role_not_allowed")),
    recovery_code_make: ({ passphrase }) => {
      prove(passphrase);
      shown = true;
      return { groups: GROUPS, replaces: keys.recoveryCode };
    },
    recovery_code_confirm: ({ typed }) => {
      if (!shown || typed.trim().toUpperCase() !== GROUPS[5]) refuse("recovery_code_unconfirmed");
      shown = false;
      keys = { ...keys, recoveryCode: true };
      return keys;
    },
    recovery_code_drop: () => {
      shown = false;
    },
    recovery_code_use: ({ code, passphrase }) => {
      if (code.replaceAll(/[^0-9A-Z]/gi, "").toUpperCase() !== GROUPS.join("")) refuse("recovery_code_mistyped");
      around.setStart({ ...around.start(), vault: { state: "open", keyring: passphrase === null } });
      return around.answer();
    },
    key_replace: ({ passphrase }) => {
      prove(passphrase);
      keys = { ...keys, recoveryCode: false, rotation: { done: 0, total: 84, paused: false, failure: null } };
      setTimeout(goOn, 60);
      return keys;
    },
    key_replace_pause: ({ paused }) => {
      if (keys.rotation) keys = { ...keys, rotation: { ...keys.rotation, paused } };
      if (!paused) setTimeout(goOn, 60);
      return keys;
    },
  };
}
