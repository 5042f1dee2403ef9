// Whose phone is it: finds a person or makes one up.

import { act, excuse, type Person, read, say } from "./box";
import { one } from "./page";

interface Found {
  items: Person[];
  more: number;
}

/** Asks whose phone it is; null when nobody was chosen. */
export function pickPerson(): Promise<string | null> {
  const dialog = one<HTMLDialogElement>("#picker");
  const search = dialog && one<HTMLInputElement>("[data-picker-search]", dialog);
  const list = dialog && one("[data-people]", dialog);
  const form = dialog && one<HTMLFormElement>("[data-picker-new]", dialog);
  if (!dialog || !search || !list || !form) return Promise.resolve(null);

  const stop = new AbortController();
  const { signal } = stop;
  let asked = 0;
  const show = async () => {
    const mine = ++asked;
    try {
      const found = await read<Found>(`/phones?q=${encodeURIComponent(search.value)}`);
      if (mine === asked) list.replaceChildren(...drawn(found));
    } catch (error) {
      list.replaceChildren(quiet(excuse(error)));
    }
  };

  return new Promise((done) => {
    const choose = (id: string) => {
      dialog.returnValue = id;
      dialog.close(id);
    };
    search.addEventListener("input", () => void show(), { signal });
    list.addEventListener(
      "click",
      (event) => {
        const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-id]") : null;
        if (button?.dataset["id"]) choose(button.dataset["id"]);
      },
      { signal },
    );
    form.addEventListener(
      "submit",
      async (event) => {
        event.preventDefault();
        const field = one<HTMLInputElement>("[name=name]", form);
        const name = field?.value.trim() ?? "";
        if (name === "") return;
        try {
          choose((await act<Person>("/users", { name, language: navigator.language })).id);
          form.reset();
        } catch (error) {
          list.replaceChildren(quiet(excuse(error)));
        }
      },
      { signal },
    );
    one("[data-picker-close]", dialog)?.addEventListener("click", () => dialog.close(""), { signal });
    dialog.addEventListener(
      "close",
      () => {
        stop.abort();
        done(dialog.returnValue || null);
      },
      { once: true },
    );
    search.value = "";
    dialog.returnValue = "";
    list.replaceChildren();
    dialog.showModal();
    void show();
  });
}

/** Names are text here, never markup. */
function drawn(found: Found): Node[] {
  if (found.items.length === 0) return [quiet(say("nobody"))];
  const rows: Node[] = found.items.map((person) => {
    const button = document.createElement("button");
    const picture = document.createElement("img");
    const name = document.createElement("b");
    const standing = document.createElement("small");
    button.type = "button";
    button.dataset["id"] = person.id;
    picture.src = person.picture;
    picture.alt = "";
    picture.width = picture.height = 32;
    name.textContent = person.name;
    standing.textContent = say(person.friendship);
    standing.className = "standing";
    standing.dataset["standing"] = person.friendship;
    button.append(picture, name, standing);
    return button;
  });
  return found.more > 0 ? [...rows, quiet(say("more-people"))] : rows;
}

function quiet(text: string): HTMLElement {
  const line = document.createElement("p");
  line.className = "quiet";
  line.textContent = text;
  return line;
}
