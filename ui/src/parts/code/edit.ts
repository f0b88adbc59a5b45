// The editor of a body: CodeMirror, in a shadow tree of its own. There its styles are constructed
// sheets, which a policy of `style-src 'self'` lets through; in the document they would be inline
// `<style>` elements, which it blocks.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { wrongAt } from "./jsonPlace";

export interface Options {
  text: string;
  json: boolean;
  label: string;
  /** How the keyboard gets out, read after the label. */
  about: string;
  ontext: (text: string) => void;
  /** Offset of what is no JSON. */
  onwrong: (at: number | null) => void;
}

export interface Editor {
  take: (text: string) => void;
  /** Puts the cursor there. */
  show: (at: number) => void;
  destroy: () => void;
}

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", fontSize: "0.75rem", lineHeight: "1.25rem", scrollbarWidth: "thin", scrollbarColor: "var(--line-strong) transparent" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 12px 0 4px" },
  ".cm-line ::selection, .cm-line::selection": { backgroundColor: "var(--accent-line)" },
  ".cm-gutters": { backgroundColor: "transparent", border: "0", color: "var(--text-3)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "36px", padding: "0 8px 0 12px" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--fill-3)", outline: "none" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--danger-soft)" },
  ".cm-wrong": { textDecoration: "underline wavy var(--danger)", textUnderlineOffset: "3px", backgroundColor: "var(--danger-soft)" },
});

const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
]);

const setWrong = StateEffect.define<number | null>();
const wrongField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (was, transaction) => {
    let marks = was.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setWrong)) continue;
      const length = transaction.newDoc.length;
      if (effect.value === null || length === 0) {
        marks = Decoration.none;
        continue;
      }
      // At a line's end the character before it is marked: nothing would show otherwise.
      const line = transaction.newDoc.lineAt(Math.min(effect.value, length));
      const from = Math.max(line.from, Math.min(effect.value, line.to - 1));
      marks = line.length === 0 ? Decoration.none : Decoration.set([Decoration.mark({ class: "cm-wrong" }).range(from, from + 1)]);
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** How long a person pauses before it is looked for what is wrong. */
const PAUSE_MS = 250;

/** Puts an editor into an element that has none. */
export function edit(host: HTMLElement, { text, json: isJson, label, about, ontext, onwrong }: Options): Editor {
  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const said = document.createElement("p");
  said.id = "about";
  said.hidden = true;
  said.textContent = about;
  shadow.replaceChildren(said);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (view: EditorView): void => {
    if (!isJson) return;
    const at = wrongAt(view.state.doc.toString());
    view.dispatch({ effects: setWrong.of(at) });
    onwrong(at);
  };
  const view = new EditorView({
    parent: shadow,
    root: shadow,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), history(), indentOnInput(), bracketMatching(), theme, wrongField, EditorState.tabSize.of(2),
        ...(isJson ? [json(), syntaxHighlighting(colors)] : []),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": "about", tabindex: "0" }),
        keymap.of([
          // From then on Tab leaves, until something is typed or the editor is entered anew.
          { key: "Escape", run: (one) => (one.setTabFocusMode(true), true) },
          indentWithTab,
          // Mod+Enter sends.
          ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
          ...historyKeymap,
        ]),
        EditorView.domEventHandlers({ focus: (_event, one) => one.setTabFocusMode(false) }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          update.view.setTabFocusMode(false);
          ontext(update.state.doc.toString());
          clearTimeout(timer);
          timer = setTimeout(() => look(update.view), PAUSE_MS);
        }),
      ],
    }),
  });
  look(view);
  return {
    take: (now) => {
      if (now !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: now } });
    },
    show: (at) => {
      view.dispatch({ selection: { anchor: Math.min(at, view.state.doc.length) }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => {
      clearTimeout(timer);
      view.destroy();
    },
  };
}
