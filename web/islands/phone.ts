// The sandbox's page: phones beside the counter. It listens to one stream and asks for the parts that may have changed.

import { read } from "./parts/box";
import { DialBoard } from "./parts/box-dials";
import { startDeskKeys } from "./parts/box-keys";
import { Phone } from "./parts/box-phone";
import { pickPerson } from "./parts/box-picker";
import { PhoneTabs } from "./parts/box-tabs";
import { all, one } from "./parts/page";

/** Where this browser remembers who holds its phones. */
const KEPT = "shuke-phones";
/** So many phones stay; further ones can be put away. */
const LEAST = 2;

const template = one<HTMLTemplateElement>("#phone");
const row = one("[data-row]");
if (template && row && !isElsewhere()) start(template, row);

/** Frames keep their cookies only under the page's own site. Goes there when this browser can find it, else says so. */
function isElsewhere(): boolean {
  const home = document.body.dataset["home"] ?? location.origin;
  const away = one("[data-away]");
  if (location.origin === new URL(home).origin) return false;
  const probe = new Image();
  probe.onload = () => location.replace(home + location.pathname + location.search);
  probe.onerror = () => {
    if (away) away.hidden = false;
    if (template && row) start(template, row);
  };
  probe.src = home + (document.body.dataset["probe"] ?? "");
  return true;
}

function start(template: HTMLTemplateElement, row: HTMLElement): void {
  const first = JSON.parse(document.body.dataset["phones"] ?? "[]") as string[];
  const phones: Phone[] = [];
  const dials = new DialBoard(document.body.dataset["zone"] ?? "UTC");
  const tabs = new PhoneTabs();

  function add(user: string): void {
    const phone = new Phone(template, user);
    phones.push(phone);
    row.append(phone.root);
    one("[data-pick]", phone.root)?.addEventListener("click", async () => {
      const chosen = await pickPerson();
      if (chosen) phone.hold(chosen);
      settle();
    });
    one("[data-take-away]", phone.root)?.addEventListener("click", () => {
      phones.splice(phones.indexOf(phone), 1);
      phone.root.remove();
      settle();
    });
    void phone.refresh();
    settle();
  }

  /** Remembers who holds the phones, and which may be put away. */
  function settle(): void {
    localStorage.setItem(KEPT, JSON.stringify(phones.map((phone) => phone.user)));
    for (const phone of phones) {
      const away = one("[data-take-away]", phone.root);
      if (away) away.hidden = phones.length <= LEAST;
    }
    tabs.draw(phones.map((phone) => phone.root));
  }

  void remembered(first).then((users) => users.forEach(add));
  one("[data-add-phone]")?.addEventListener("click", async () => {
    const chosen = await pickPerson();
    if (!chosen) return;
    add(chosen);
    tabs.show(phones.length - 1);
    row.scrollLeft = row.scrollWidth;
  });

  const live = new EventSource("/live");
  const refresh = () => {
    for (const phone of phones) void phone.refresh();
    void dials.refresh();
  };
  live.onmessage = refresh;
  void dials.refresh();
}

/** Who held the phones last time; whoever the sandbox has forgotten makes room for the first ones. */
async function remembered(first: string[]): Promise<string[]> {
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]") as string[];
  const known = await Promise.all(kept.map((user) => read(`/phones/${user}?since=${Number.MAX_SAFE_INTEGER}`).then(() => true, () => false)));
  const users = kept.filter((_, place) => known[place]);
  return [...users, ...first.filter((user) => !users.includes(user))].slice(0, Math.max(users.length, LEAST));
}

// Menus close when the mouse or the focus goes elsewhere; a click into a frame is seen as the page losing the focus.
function closeMenus(but?: EventTarget | null): void {
  for (const menu of all<HTMLDetailsElement>("details.menu[open]")) {
    if (!(but instanceof Node && menu.contains(but))) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target));
addEventListener("blur", () => closeMenus());

startDeskKeys();
const desk = one<HTMLIFrameElement>("[data-desk]");
one("[data-desk-again]")?.addEventListener("click", () => {
  if (desk) desk.src = desk.getAttribute("src") ?? desk.src;
});
