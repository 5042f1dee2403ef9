// One phone: the chat, what is tapped and written, and the page that opens over it.

import { act, type Chat, complaint, excuse, type Happened, type Item, read, say } from "./box";
import { LiffSheet } from "./box-liff";
import { holdBeforeScanner } from "./box-scan";
import { pickTime } from "./box-when";
import { one } from "./page";

/** How long a phone's word stands, in milliseconds. */
const TOLD_FOR = 4000;

export class Phone {
  readonly root: HTMLElement;
  private next = 0;
  private turn = 0;
  private day = "";
  private isReading = false;
  private isStale = false;
  private toastTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly sheet: LiffSheet;

  constructor(
    template: HTMLTemplateElement,
    public user: string,
  ) {
    this.root = template.content.firstElementChild?.cloneNode(true) as HTMLElement;
    this.sheet = new LiffSheet(this.part("[data-sheet]"), {
      open: (uri) => void this.tap({ type: "uri", uri }),
      follow: () => void this.do("follow"),
      scan: (code) => void holdBeforeScanner(code).then((words) => words && this.tell(words)),
    });
    this.listen();
  }

  /** Gives the phone to someone else. */
  hold(user: string): void {
    this.user = user;
    this.turn += 1;
    this.sheet.close();
    this.clear();
    void this.refresh();
  }

  private clear(): void {
    this.next = 0;
    this.isStale = true;
    this.part("[data-chat]").replaceChildren();
  }

  /** At midnight all that stands in the chat is a day older: it is drawn anew. */
  private isAnotherDay({ day }: Chat): boolean {
    const isOther = this.day !== "" && this.day !== day && this.next > 0;
    this.day = day;
    return isOther;
  }

  /** Asks for what is new, once more when it is told of more meanwhile. */
  async refresh(): Promise<void> {
    this.isStale = true;
    if (this.isReading) return;
    this.isReading = true;
    try {
      while (this.isStale) {
        this.isStale = false;
        const turn = this.turn;
        const chat = await read<Chat>(`/phones/${this.user}?since=${this.next}`);
        if (turn !== this.turn) this.isStale = true;
        else if (this.isAnotherDay(chat)) this.clear();
        else this.draw(chat);
      }
    } catch (error) {
      this.tell(excuse(error));
    } finally {
      this.isReading = false;
    }
  }

  private draw(chat: Chat): void {
    const { person } = chat;
    const isFirst = this.next === 0;
    this.next = chat.next;
    this.part("[data-name]").textContent = person.name;
    this.part<HTMLImageElement>("[data-picture]").src = person.picture;
    const standing = this.part("[data-standing]");
    standing.textContent = say(person.friendship);
    standing.dataset["standing"] = person.friendship;
    this.part("[data-greet]").hidden = person.friendship !== "stranger";
    this.part("[data-blocked]").hidden = person.friendship !== "blocked";
    this.part("[data-write]").hidden = person.friendship === "blocked";
    this.part("[data-block]").hidden = person.friendship !== "following";
    this.part(".menu-list [data-unblock]").hidden = person.friendship !== "blocked";
    const strip = one("[data-strip]", this.root);
    if (strip) strip.hidden = person.friendship === "blocked" || !this.isUnfolded();
    this.part("[data-quick]").innerHTML = person.friendship === "following" ? chat.quick : "";
    this.put(chat.items, isFirst);
  }

  /** Items come drawn: new ones go to the end, changed ones take their old place. */
  private put(items: Item[], isFirst: boolean): void {
    const list = this.part("[data-chat]");
    const wasAtEnd = isFirst || list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    let hasNew = false;
    for (const item of items) {
      const drawn = document.createElement("template");
      drawn.innerHTML = item.html;
      const old = one(`[data-key="${CSS.escape(item.key)}"]`, list);
      if (old) old.replaceWith(drawn.content);
      else list.append(drawn.content);
      hasNew ||= !old;
    }
    if (wasAtEnd || hasNew) list.scrollTop = list.scrollHeight;
  }

  private listen(): void {
    const { root } = this;
    root.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      target?.closest(".menu-list")?.closest("details")?.removeAttribute("open");
      const tapped = target?.closest<HTMLElement>("[data-action]");
      if (tapped) return void this.tap(JSON.parse(tapped.dataset["action"] ?? "{}") as Action);
      if (target?.closest("[data-follow], [data-unblock]")) return void this.do("follow");
      if (target?.closest("[data-block]")) return void this.do("block");
      if (target?.closest("[data-fold]")) this.fold();
    });
    root.addEventListener("keydown", (event) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (!target?.matches("[data-action]:not(button)") || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      target.click();
    });
    this.part<HTMLFormElement>("[data-write]").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = this.part<HTMLInputElement>("[name=text]");
      const text = field.value.trim();
      if (text === "") return;
      field.value = "";
      void this.do("say", { text });
    });
  }

  private isUnfolded(): boolean {
    return this.part("[data-fold]").getAttribute("aria-expanded") === "true";
  }

  private fold(): void {
    const strip = one("[data-strip]", this.root);
    const isOpen = !this.isUnfolded();
    this.part("[data-fold]").setAttribute("aria-expanded", String(isOpen));
    if (strip) strip.hidden = !isOpen;
    const list = this.part("[data-chat]");
    list.scrollTop = list.scrollHeight;
  }

  private async tap(action: Action): Promise<void> {
    const picked = action.type === "datetimepicker" ? await pickTime(action) : undefined;
    if (picked === null) return;
    await this.do("tap", { action, ...(picked === undefined ? {} : { picked }) });
  }

  /** Lets the person do something and opens what it opens. */
  private async do(what: string, body: unknown = {}): Promise<void> {
    try {
      const { outcome, opens } = await act<Happened>(`/users/${this.user}/${what}`, body);
      const wrong = complaint(outcome);
      if (wrong) this.tell(wrong);
      if (opens?.liff) this.sheet.open(opens.liff);
      if (opens?.link) this.follow(opens.link);
      if (opens?.keyboard !== undefined) this.type(opens.keyboard);
    } catch (error) {
      this.tell(excuse(error));
    }
    await this.refresh();
  }

  /** Any other address leaves the phone: most pages let nobody frame them. */
  private follow(link: string): void {
    if (!/^https?:\/\//i.test(link)) return this.tell(link);
    window.open(link, "_blank", "noopener");
    this.tell(say("opened-tab"));
  }

  private type(text: string): void {
    const field = this.part<HTMLInputElement>("[name=text]");
    field.value = text;
    field.focus();
  }

  private tell(text: string): void {
    const toast = this.part("[data-toast]");
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => {
      toast.hidden = true;
    }, TOLD_FOR);
  }

  private part<T extends HTMLElement = HTMLElement>(selector: string): T {
    const found = one<T>(selector, this.root);
    if (!found) throw new Error(`a phone has no ${selector}`);
    return found;
  }
}

/** A LINE action object, as far as the phone looks into it. */
export interface Action {
  type: string;
  mode?: "date" | "time" | "datetime";
  initial?: string;
  min?: string;
  max?: string;
  uri?: string;
}
