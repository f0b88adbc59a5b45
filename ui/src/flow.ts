import "./styles/main.css";
import { mount } from "svelte";
import { app } from "./app.svelte";
import Flow from "./screens/flow/Flow.svelte";

const id = new URLSearchParams(location.search).get("flow") ?? "";
await app.reload();
const target = document.getElementById("app");
if (target) mount(Flow, { target, props: { id } });
