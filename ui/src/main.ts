import "./styles/main.css";
import { mount } from "svelte";
import { app } from "./app.svelte";
import { setLocale } from "./i18n/i18n.svelte";
import { list } from "./screens/connections/list.svelte";
import Root from "./Root.svelte";

/** A start that takes longer is noticed, and says what it does. */
const NOTICED_MS = 150;

// The desktop's language, until the program says which one was chosen.
if (new URLSearchParams(location.search).get("locale") === "ja") setLocale("ja");
// What the first screen shows is asked for before the first screen is drawn. Before the first
// start there is no list yet; its refusal is no news then.
app.listen();
const started = app.reload();
void list.load();
await Promise.race([started, new Promise((resolve) => setTimeout(resolve, NOTICED_MS))]);

const target = document.getElementById("app");
if (target) mount(Root, { target });
