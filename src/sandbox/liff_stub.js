// LIFF for the sandbox: our own stand-in for LINE's SDK, with the calls Shuke's pages make. Who is there stands in the
// frame's name (or, for a page in a window of its own, in the address after #), as "liff=" and base64url of JSON.
(() => {
  "use strict";
  const mark = "liff=";
  const fragment = location.hash.startsWith("#" + mark) ? location.hash.slice(1) : "";
  if (fragment) {
    // The name outlives moves to other pages of the app; the fragment would not, and an ID token has no place in an address.
    window.name = fragment;
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  const read = (name) => {
    if (!name.startsWith(mark)) return null;
    const bytes = Uint8Array.from(atob(name.slice(mark.length).replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  };
  const who = read(window.name);
  const tellPhone = (message) => window.parent.postMessage({ from: "liff", ...message }, "*");
  const refuse = (code, message) => Promise.reject(Object.assign(new Error(message), { code }));
  let started = false;
  let friend = who ? who.friend : false;
  let announceReady;
  const ready = new Promise((resolve) => { announceReady = resolve; });
  const present = (value) => {
    if (!started) throw Object.assign(new Error("liff.init() must come first."), { code: "INIT_FAILED" });
    return value;
  };

  window.liff = {
    id: null,
    ready,
    init({ liffId } = {}) {
      if (!liffId) return refuse("INVALID_CONFIG", "liffId is necessary for liff.init()");
      if (who && who.failInit) return refuse("INIT_FAILED", who.failInit);
      window.liff.id = liffId;
      started = true;
      announceReady();
      return Promise.resolve();
    },
    isInClient: () => Boolean(who) && who.inClient !== false,
    isLoggedIn: () => Boolean(who) && who.loggedIn !== false,
    login() {
      // There is no login page here: outside a phone, the sandbox is the place to choose who one is.
      tellPhone({ wants: "login" });
    },
    logout() { window.name = ""; },
    getIDToken: () => present(who ? who.idToken : null),
    getDecodedIDToken() {
      if (!who) return null;
      const body = who.idToken.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
      return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(body), (c) => c.charCodeAt(0))));
    },
    getAccessToken: () => present(who ? "sandbox-access" : null),
    getProfile: () => (who ? Promise.resolve({ ...who.profile }) : refuse("UNAUTHORIZED", "nobody is logged in")),
    getFriendship: () => (who ? Promise.resolve({ friendFlag: friend }) : refuse("UNAUTHORIZED", "nobody is logged in")),
    requestFriendship() {
      friend = true;
      tellPhone({ wants: "friendship" });
      return Promise.resolve();
    },
    getContext: () => (who ? { ...who.context } : { type: "external" }),
    getOS: () => (who ? who.os : "web"),
    getLanguage: () => (who ? who.language : navigator.language),
    getAppLanguage: () => (who ? who.language : navigator.language),
    getVersion: () => "2.31.2",
    getLineVersion: () => (who ? "15.12.0" : null),
    isApiAvailable: (name) => name !== "scanCodeV2" && name in window.liff,
    openWindow({ url } = {}) { tellPhone({ wants: "open", url }); },
    closeWindow() { tellPhone({ wants: "close" }); },
  };
})();
