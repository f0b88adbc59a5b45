// Finds what a person would name: elements by role and accessible name. Run by page.rs as the body
// of a function; `arguments` are the role, the name, and what to do: "find" or "list" what a person
// can reach, or "anywhere": behind an open dialog as well.
// The name is computed as far as the app's own markup needs it (accname-1.2: labelledby, label,
// <label>, content, then title and placeholder).
const [role, wanted, verb] = arguments;

const selectors = {
  alert: '[role=alert]',
  button: 'button:not([role]), [role=button], input[type=submit], input[type=button], summary',
  checkbox: 'input[type=checkbox], [role=checkbox], [role=switch]',
  combobox: 'select, [role=combobox]',
  dialog: 'dialog[open], [role=dialog]',
  gridcell: '[role=gridcell]',
  heading: 'h1, h2, h3, h4, h5, h6, [role=heading]',
  link: 'a[href]:not([role]), [role=link]',
  menuitem: '[role=menuitem], [role=menuitemradio], [role=menuitemcheckbox]',
  option: '[role=option], option',
  radio: 'input[type=radio], [role=radio]',
  region: 'section[aria-label], section[aria-labelledby], [role=region]',
  row: '[role=row], tr',
  status: '[role=status], output',
  tab: '[role=tab]',
  textbox:
    'input:not([type]), input[type=text], input[type=search], input[type=url], input[type=email], ' +
    'input[type=password], input[type=number], textarea, [role=textbox], [role=searchbox]',
};

const tidy = (text) => text.replace(/\s+/gu, ' ').trim();

function content(element) {
  let text = '';
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) text += node.data;
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    if (node.getAttribute('aria-hidden') === 'true' || node.hidden) continue;
    const style = getComputedStyle(node);
    if (style.display === 'none' || style.visibility === 'hidden') continue;
    const inner = node.getAttribute('aria-label') ?? node.getAttribute('alt') ?? content(node);
    text += style.display.startsWith('inline') ? inner : ` ${inner} `;
  }
  return text;
}

function name(element) {
  const labelledby = element.getAttribute('aria-labelledby');
  if (labelledby) {
    const parts = labelledby.split(/\s+/u).map((id) => document.getElementById(id));
    return tidy(parts.map((part) => (part ? name(part) : '')).join(' '));
  }
  const label = element.getAttribute('aria-label');
  if (label) return tidy(label);
  if (element.labels?.length) return tidy([...element.labels].map(content).join(' '));
  if (element.matches('input[type=submit], input[type=button]')) return tidy(element.value);
  const text = element.matches('input, select, textarea') ? '' : tidy(content(element));
  return text || tidy(element.title || element.placeholder || '');
}

function shown(element) {
  const style = getComputedStyle(element);
  if (style.visibility === 'hidden' || element.closest('[inert], [aria-hidden=true]')) return false;
  // A native checkbox or radio may be drawn by its label instead of itself.
  return element.getClientRects().length > 0 || element.matches('option');
}

const modals = document.querySelectorAll('dialog:modal, [role=dialog][aria-modal=true]');
const root = modals.length > 0 && verb !== 'anywhere' ? modals[modals.length - 1] : document;
const found = [...root.querySelectorAll(selectors[role])].filter(shown);

if (verb === 'list') return found.map((element) => name(element));

const matches = wanted.endsWith('*')
  ? (given) => given.startsWith(wanted.slice(0, -1))
  : (given) => given === wanted;
return found.filter((element) => matches(name(element)));
