// A panel that is being written: all that was typed for every shape, so that another shape loses nothing.
import { SvelteMap } from "svelte/reactivity";
import { app } from "../../app.svelte";
import type { ApplicationId, ConnectionId, Environment, ItemId, OperationView, PanelData, PanelDraft, PanelFigure, PanelForm, PanelShape, PanelSpan, PanelWidth } from "../../backend/bindings";
import { Field } from "../kept/operations/field.svelte";

export type Kind = PanelShape["kind"];
export type Of = PanelFigure["of"];
export const KINDS: readonly Kind[] = ["table", "number", "chart"];
export const FIGURES: readonly Of[] = ["count", "sum", "average", "min", "max", "value"];
export const SPANS: readonly PanelSpan[] = ["day", "month", "year"];
export const WIDTHS: readonly PanelWidth[] = ["third", "half", "whole"];
/** As many columns as a table has. */
export const COLUMNS_MAX = 24;

interface ColumnRow {
  key: number;
  field: string;
  label: string;
}
let next = 0;
export const columnRow = (field = "", label = ""): ColumnRow => ({ key: next++, field, label });

export class Sketch {
  readonly application: ApplicationId;
  readonly environment: Environment;
  id = $state<ItemId | null>(null);
  version = $state<number | null>(null);
  name = $state("");
  connection = $state<ConnectionId | null>(null);
  /** Where the connection is left out (R5). */
  service = $state<string | null>(null);
  source = $state<ItemId | null>(null);
  operation = $state("");
  /** Of the operation; `null` until the program has said what it takes. */
  fields = $state.raw<Field[] | null>(null);
  #given = $state.raw<Record<string, unknown>>({});
  width = $state<PanelWidth>("half");
  #place = 0;

  kind = $state<Kind>("table");
  columns = $state<ColumnRow[]>([]);
  of = $state<Of>("count");
  field = $state("");
  pointer = $state("");
  unit = $state("");
  digits = $state("");
  form = $state<PanelForm>("bar");
  x = $state("");
  span = $state<PanelSpan | "">("");

  constructor(draft: PanelDraft) {
    this.application = draft.application;
    this.environment = draft.environment;
    this.id = draft.id;
    this.version = draft.version;
    this.name = draft.name;
    this.connection = draft.connection;
    this.service = draft.service;
    const { data, shape, width, place } = draft.panel;
    this.width = width;
    this.#place = place;
    if (data.from === "source") this.source = data.source;
    else {
      this.operation = data.operation;
      this.#given = data.given;
    }
    this.kind = shape.kind;
    if (shape.kind === "table") this.columns = shape.columns.map((one) => columnRow(one.field, one.label));
    else {
      this.#figure(shape.figure);
      this.unit = shape.unit;
      if (shape.kind === "number") this.digits = shape.digits === null ? "" : String(shape.digits);
      else {
        this.form = shape.form;
        this.x = shape.x;
        this.span = shape.span ?? "";
      }
    }
  }

  #figure(figure: PanelFigure): void {
    this.of = figure.of;
    if (figure.of === "value") this.pointer = figure.pointer;
    else if (figure.of !== "count") this.field = figure.field;
  }

  /** The program has said what the operation takes. */
  learn(operation: OperationView): void {
    if (this.fields !== null) return;
    this.fields = operation.inputs.map((input) => new Field(input, this.#given[input.name]));
  }
  choose(operation: OperationView): void {
    this.operation = operation.id;
    this.#given = {};
    this.fields = null;
    this.learn(operation);
  }
  /** It shows other things than before. */
  through(what: { connection: ConnectionId } | { service: string } | { source: ItemId }, same: boolean): void {
    this.connection = "connection" in what ? what.connection : null;
    this.service = "service" in what ? what.service : null;
    this.source = "source" in what ? what.source : null;
    if (same) return;
    this.operation = "";
    this.fields = null;
    this.#given = {};
  }

  get given(): Record<string, unknown> {
    if (this.fields === null) return this.#given;
    return Object.fromEntries(this.fields.flatMap((field) => {
      const read = field.read;
      return "value" in read ? [[field.input.name, read.value]] : [];
    }));
  }
  get wrong(): Field[] {
    return this.fields?.filter((field) => "problem" in field.read) ?? [];
  }

  get figure(): PanelFigure {
    // One value by its pointer is there in an answer only.
    const of = this.of === "value" && (this.kind === "chart" || this.source !== null) ? "count" : this.of;
    if (of === "count") return { of };
    return of === "value" ? { of, pointer: this.pointer.trim() } : { of, field: this.field.trim() };
  }
  get shape(): PanelShape {
    if (this.kind === "table") return { kind: "table", columns: this.columns.filter((one) => one.field.trim() !== "").map((one) => ({ field: one.field.trim(), label: one.label.trim() })) };
    if (this.kind === "number") return { kind: "number", figure: this.figure, unit: this.unit.trim(), digits: /^\d{1,2}$/.test(this.digits.trim()) ? Math.min(20, Number(this.digits)) : null };
    return { kind: "chart", form: this.form, x: this.x.trim(), span: this.span || null, figure: this.figure, unit: this.unit.trim() };
  }
  /** Whether the shape names all that it needs. */
  get shaped(): boolean {
    const figure = this.kind === "table" ? null : this.figure;
    if (figure?.of === "value" && !figure.pointer.startsWith("/")) return false;
    if (figure && "field" in figure && figure.field === "") return false;
    return this.kind !== "chart" || this.x.trim() !== "";
  }
  get data(): PanelData {
    return this.source === null ? { from: "operation", operation: this.operation, given: this.given } : { from: "source", source: this.source };
  }
  get draft(): PanelDraft {
    return {
      id: this.id, version: this.version, application: this.application, environment: this.environment, name: this.name.trim(), connection: this.connection, service: this.service,
      panel: { data: this.data, shape: this.shape, width: this.width, place: this.#place },
    };
  }
}

/** What is written and not kept, by its place: looking at the page meanwhile loses nothing. */
class Sketches {
  readonly #all = new SvelteMap<string, Sketch>();
  constructor() {
    app.whenSeatChanges(() => this.#all.clear());
  }
  get(place: string): Sketch | undefined {
    return this.#all.get(place);
  }
  put(place: string, sketch: Sketch): Sketch {
    this.#all.set(place, sketch);
    return sketch;
  }
  drop(place: string): void {
    this.#all.delete(place);
  }
}
export const sketches = new Sketches();
