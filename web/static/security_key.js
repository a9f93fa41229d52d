// Between a form and a security key: what the page asks goes to the browser, what the key answers goes into the form,
// and the form is sent as any other. The page says the same in data-options that Web Authentication calls
// PublicKeyCredentialCreationOptions or PublicKeyCredentialRequestOptions in JSON; browsers from Chromium 90 on cannot
// read that form themselves.
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const create = (asked) =>
    navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: known(asked.excludeCredentials),
      },
    });
  const get = (asked) =>
    navigator.credentials.get({
      publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) },
    });

  const answer = (credential) => {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  };

  const show = (form, name) => {
    for (const part of form.querySelectorAll("[data-key-failure]")) part.hidden = part.dataset.keyFailure !== name;
  };

  for (const form of document.querySelectorAll("form[data-security-key]")) {
    const act = form.dataset.securityKey === "create" ? create : get;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!window.PublicKeyCredential) return show(form, "unable");
      show(form, "");
      try {
        form.elements.answer.value = answer(await act(JSON.parse(form.dataset.options)));
      } catch {
        return show(form, "failed");
      }
      form.submit();
    });
  }
})();
