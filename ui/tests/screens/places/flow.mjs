// The window beside the page of a service.
import { see, small } from "../standing.mjs";

export const places = [
  ...["waiting", "low", "browser", "device", "stay", "no_account", "checking", "ask_replace", "ask_whose", "done", "failed"].map((stage) => ({
    name: `flow-${stage}`, path: `flow.html?flow=f&stage=${stage}`, options: small, ready: see(".tbar"),
  })),
  ...["form", "form_refused", "form_malformed", "form_checking"].map((stage) => ({
    name: `flow-${stage}`, path: `flow.html?flow=f&stage=${stage}`, options: { width: 520, height: 620 }, ready: see(".tbar"),
  })),
  { name: "flow-client", path: "flow.html?flow=f&stage=client", options: small, ready: see(".tbar") },
];
