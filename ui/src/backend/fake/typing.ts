// A form of the fake program, that a key is typed into.
import type { FlowView, KeyForm, Locale, TypedKeys } from "../bindings";
import { failureOf } from "./failures";

/** Twilio's, with what was wrong last. */
export function keyForm(locale: Locale, problem: KeyForm["problem"] = null): KeyForm {
  const ja = locale === "ja";
  return {
    fields: [
      {
        name: "account_sid", label: "Account SID", secret: false, example: "AC00000000000000000000000000000001",
        help: ja ? "Twilio Console のホーム画面の「Account Info」にあります (AC で始まります)" : "Under Account Info on the home page of the Twilio Console; starts with AC",
      },
      {
        name: "auth_token", label: "Auth Token", secret: true, example: null,
        help: ja ? "「Account Info」の「Account SID」の下にあります" : "Under Account Info, below the Account SID",
      },
    ],
    steps: ja
      ? ["Twilio Console にサインインし、接続するアカウントを選びます", "ホーム画面の「Account Info」を表示します", "「Account SID」と「Auth Token」をコピーします"]
      : ["Sign in to the Twilio Console and choose the account to connect", "On the home page, find Account Info", "Copy the Account SID and the Auth Token"],
    setup: "https://console.twilio.com/", problem,
  };
}

/** What the service says to what was typed. Nothing of it is kept. */
export function typedInto(flow: FlowView, { fields }: TypedKeys, locale: Locale): FlowView {
  const now = Date.now();
  const again = (problem: KeyForm["problem"]): FlowView => ({ ...flow, stage: "waiting", form: keyForm(locale, problem), now });
  if (!/^AC[0-9a-fA-F]{32}$/.test((fields.account_sid ?? "").trim())) return again({ field: "account_sid", failure: failureOf("key_malformed", locale) });
  if (fields.auth_token === "wrong") return again({ field: null, failure: failureOf("key_refused", locale) });
  return { ...flow, stage: "done", account: { label: "Example Works", name: "Example Works", email: null }, primary: flow.primaryWanted && flow.mayBecomePrimary, now };
}
