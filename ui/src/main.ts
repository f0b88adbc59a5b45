import "./styles/main.css";
import { mount } from "svelte";
import { app } from "./app.svelte";
import { list } from "./screens/connections/list.svelte";
import Root from "./Root.svelte";

// What the first screen shows is asked for before the first screen is drawn. Before the first
// start there is no list yet; its refusal is no news then.
app.listen();
const started = app.reload();
void list.load();
await started;

const target = document.getElementById("app");
if (target) mount(Root, { target });
