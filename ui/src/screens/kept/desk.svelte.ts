// The desk of a screen of kept things: what is kept there, and the one that is written. Keeping, renaming and deleting one is the same, whatever it is.
import { app } from "../../app.svelte";
import type { ApplicationId, ApplicationMark, ConnectionMark, Environment, ItemId } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";
import { t } from "../../i18n/i18n.svelte";
import type { MenuItem } from "../../parts/Menu.svelte";
import { go } from "../../router.svelte";
import type { Draft, Drafts } from "./drafts.svelte";
import { Shelf } from "./shelf.svelte";

/** What the program has of one. */
interface Stored {
  id: ItemId | null;
  version: number | null;
  application: ApplicationId;
  environment: Environment;
  name: string;
}
interface Sheet<D> extends Draft {
  readonly name: string;
  readonly version: number | null;
  readonly began: number | null;
  readonly draft: D;
  take: (draft: D) => void;
  stored: (draft: D) => void;
  named: (draft: D) => void;
  detach: (key: string) => void;
}
interface View {
  application: ApplicationMark;
  mayManage: boolean;
}
/** A screen, and its commands. */
interface Of<V extends View, D extends Stored, S extends Sheet<D>> {
  screen: "calls" | "tasks" | "workflows";
  sheets: Drafts<S>;
  list: (application: ApplicationId, environment: Environment) => Promise<V>;
  get: (item: ItemId) => Promise<D>;
  keep: (draft: D) => Promise<D>;
  remove: (item: ItemId) => Promise<void>;
  rows: (view: V) => { id: ItemId; name: string; connection: ConnectionMark | null }[];
  /** One that nothing is written into. */
  blank: (application: ApplicationId, environment: Environment, key: string, view: V) => S;
  sheet: (key: string, draft: D) => S;
  /** What of the place stays where another one is shown in it: its tab. */
  stays?: () => object;
}

export class Desk<V extends View, D extends Stored, S extends Sheet<D>> extends Shelf<V> {
  sheet = $state.raw<S | null>(null);
  dialog = $state.raw<"keep" | "rename" | "stale" | null>(null);
  readonly #of: Of<V, D, S>;

  /** Made where the screen is: it lives as long. */
  constructor(of: Of<V, D, S>) {
    super({ screen: of.screen, list: of.list, forget: () => (this.sheet = null) });
    this.#of = of;
  }

  override move(to: Parameters<Shelf<V>["move"]>[0], replace = false): void {
    super.move({ ...(replace ? this.#of.stays?.() : {}), ...to }, replace);
  }

  protected override get shows(): unknown {
    return this.item;
  }
  protected override async also(application: ApplicationId, environment: Environment, next: V): Promise<() => void> {
    const shown = await this.#sheetOf(application, environment, this.item, next);
    return () => (this.sheet = shown);
  }
  protected override failed(): void {
    this.sheet = null;
  }

  /** What is being written of one; what the program has, where nothing is. */
  async #sheetOf(application: ApplicationId, environment: Environment, item: string | null, next: V): Promise<S> {
    const { sheets, blank, get, sheet } = this.#of;
    // Told anew: what is shown stays, with its answer, though another place would be free by now.
    const shown = this.sheet;
    if (item === null && shown?.id === null && shown.application === application && shown.environment === environment) return shown;
    const known = sheets.of(application, environment, item ?? sheets.freeKey(application, environment));
    if (known && (known.id === null || known.dirty || known.began !== null)) return known;
    if (item === null || item.startsWith("new")) return blank(application, environment, item ?? sheets.freeKey(application, environment), next);
    const draft = await get(item);
    if (known) {
      // Loaded anew behind the editor: what has not changed keeps its rows, and with them the focus.
      if (known.version !== draft.version) known.take(draft);
      return known;
    }
    return sheets.put(sheet(item, draft));
  }

  /** What can be done with one, from its menu. */
  get more(): MenuItem[] {
    const { mayKeep: may, sheet } = this;
    if (!sheet) return [];
    return [
      ...(sheet.id ? [{ label: t("ui.act.rename"), disabled: !may, act: () => (this.dialog = "rename") }] : []),
      { label: t(sheet.id ? "ui.kept.revert" : "ui.kept.discard"), disabled: !sheet.dirty, act: () => void this.discard() },
      ...(sheet.id ? [{ label: t("ui.kept.delete"), apart: true, disabled: !may, act: () => void this.remove() }] : []),
    ];
  }

  create(): void {
    const { application, environment } = this;
    if (application) this.move({ item: this.#of.sheets.freeKey(application, environment) });
  }

  async keep(name: string): Promise<void> {
    const mine = this.sheet;
    if (!mine) return;
    const kept = await this.#of.keep({ ...($state.snapshot(mine.draft) as D), name });
    mine.stored(kept);
    if (kept.id && mine.key !== kept.id) {
      this.#of.sheets.rekey(mine, kept.id);
      this.move({ item: kept.id }, true);
    }
    app.say(t("ui.kept.kept", { name: kept.name }));
    void this.load();
  }

  /** What is written and not saved has no part in it. */
  async rename(name: string): Promise<void> {
    const mine = this.sheet;
    if (!mine?.id) return;
    const stored = await this.#of.get(mine.id);
    mine.named(await this.#of.keep({ ...stored, version: mine.version, name }));
    void this.load();
  }

  async save(): Promise<void> {
    const mine = this.sheet;
    if (!mine) return;
    if (mine.id === null) {
      this.dialog = "keep";
      return;
    }
    await app.act(async () => {
      try {
        await this.keep(mine.name);
      } catch (reason) {
        if (asFailure(reason).code !== "stale") throw reason;
        this.dialog = "stale";
      }
    });
  }

  /** Another window was quicker: theirs. */
  async theirs(): Promise<void> {
    const mine = this.sheet;
    this.dialog = null;
    const id = mine?.id;
    if (id) await app.act(async () => mine.take(await this.#of.get(id)));
    void this.load();
  }

  /** Another window was quicker: mine, as one of its own. */
  mineAnew(): void {
    const mine = this.sheet;
    const { application, environment } = this;
    if (!mine || !application) return;
    const { sheets } = this.#of;
    sheets.drop(mine);
    mine.detach(sheets.freeKey(application, environment));
    sheets.put(mine);
    this.move({ item: mine.key }, true);
    this.dialog = "keep";
  }

  /** What is not saved is given up. */
  async discard(): Promise<void> {
    const mine = this.sheet;
    if (!mine) return;
    this.#of.sheets.drop(mine);
    if (mine.id) void this.load();
    else this.move({}, true);
  }

  async remove(): Promise<void> {
    const mine = this.sheet;
    const id = mine?.id;
    if (!mine || !id) return;
    const { get, keep, remove, rows, screen, sheets } = this.#of;
    await app.act(async () => {
      const draft = await get(id);
      await remove(id);
      sheets.drop(mine);
      const through = this.view && rows(this.view).find((one) => one.id === id)?.connection?.name;
      app.say(through ? t("ui.kept.deleted_frees", { name: draft.name, connection: through }) : t("ui.kept.deleted", { name: draft.name }), () =>
        void app.act(async () => {
          const back = await keep({ ...draft, id: null, version: null });
          app.say(t("ui.kept.kept", { name: back.name }));
          go({ screen, application: back.application, environment: back.environment, item: back.id });
        }),
      );
      this.move({}, true);
    });
  }

  /** What cannot be read can be deleted, and nothing of it taken back. */
  async removeUnreadable(): Promise<void> {
    const { item, view } = this;
    const name = (view && this.#of.rows(view).find((one) => one.id === item)?.name) ?? "";
    await app.act(async () => {
      await this.#of.remove(item ?? "");
      app.say(t("ui.kept.deleted", { name }));
      this.move({}, true);
    });
  }
}
